using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Prometheus;

namespace Spore.Hostsim.Live.Metrics;

/// <summary>One client that asks for metrics. It gets one answer.</summary>
/// <param name="stream">The stream to it.</param>
/// <param name="isLoopback">Whether only this machine can ask.</param>
/// <param name="metrics">Writes the metrics; null when the node has stopped.</param>
/// <param name="patience">For the client to send its request, and to take the answer.</param>
internal sealed class MetricsConnection(
    Stream stream, bool isLoopback, Func<CancellationToken, Task<byte[]?>> metrics, TimeSpan patience)
{
    private const int LongestHead = 8192;

    private static readonly byte[] _endOfHead = "\r\n\r\n"u8.ToArray();

    /// <summary>Reads a request and answers it.</summary>
    /// <param name="stop">Ends that.</param>
    /// <exception cref="IOException">The client is gone.</exception>
    /// <exception cref="OperationCanceledException">That was ended, or the client is too slow.</exception>
    public async Task Serve(CancellationToken stop)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(patience);
        MetricsRequest? request = await ReadRequest(end.Token);
        if (request == null)
        {
            return;
        }

        byte[]? text = request.Status == 200 ? await metrics(end.Token) : null;
        int status = request.Status == 200 && text == null ? 503 : request.Status;
        text ??= Encoding.ASCII.GetBytes(Explain(status));
        await stream.WriteAsync(Head(status, text.Length), end.Token);
        if (request.WantsBody)
        {
            await stream.WriteAsync(text, end.Token);
        }
    }

    private static byte[] Head(int status, int length)
    {
        string type = status == 200
            ? PrometheusConstants.TextContentTypeWithVersionAndEncoding
            : "text/plain; charset=utf-8";
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {Reason(status)}\r\nContent-Type: {type}\r\nContent-Length: {length}\r\n"
            + $"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            + $"{(status == 405 ? "Allow: GET, HEAD\r\n" : string.Empty)}Connection: close\r\n\r\n");
        return Encoding.ASCII.GetBytes(head);
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    private static string Explain(int status) => status switch
    {
        400 => "this is no request by HTTP\n",
        404 => $"the metrics are at {MetricsRequest.Path}\n",
        405 => "the metrics can be read only\n",
        421 => "on this address the node answers to localhost and to IP addresses only; ask for one of them\n",
        431 => "the request is too long\n",
        503 => "the node has stopped\n",
        505 => "this is not HTTP/1.1\n",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    // Null where the client ends before its request does.
    private async Task<MetricsRequest?> ReadRequest(CancellationToken cancel)
    {
        byte[] buffer = new byte[LongestHead];
        int length = 0;
        while (length < LongestHead)
        {
            int count = await stream.ReadAsync(buffer.AsMemory(length), cancel);
            if (count == 0)
            {
                return null;
            }

            int from = Math.Max(0, length - _endOfHead.Length + 1);
            length += count;
            int at = buffer.AsSpan(from, length - from).IndexOf(_endOfHead);
            if (at >= 0)
            {
                return MetricsRequest.Parse(Encoding.Latin1.GetString(buffer, 0, from + at + 2), isLoopback);
            }
        }

        return new MetricsRequest(431, true);
    }
}
