using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Spore.Signing;

namespace Spore.Hostsim.Control;

/// <summary>
/// One client of a control socket. A request is a line, <c>status</c>, <c>network</c>, <c>peer WHOM</c>, or <c>push
/// LENGTH</c> with as many bytes behind it. The answer is <c>ok LENGTH</c> with as many bytes behind that line, or
/// <c>error TEXT</c>.
/// </summary>
/// <param name="stream">The connection.</param>
/// <param name="target">The node.</param>
/// <param name="mayChange">Whether the client may change the node.</param>
/// <param name="patience">How long the client may take for a request, and then for taking the answer.</param>
internal sealed class ControlConnection(Stream stream, IControlTarget target, bool mayChange, TimeSpan patience)
{
    /// <summary>The folder of control sockets.</summary>
    public const string Folder = "/run/spore";

    /// <summary>Asks for the text of <c>status</c>.</summary>
    public const string StatusRequest = "status";

    /// <summary>Asks for the applied network.</summary>
    public const string NetworkRequest = "network";

    /// <summary>Asks for a <see cref="NodeReport"/> as JSON: a blank and the peer follow.</summary>
    public const string PeerRequest = "peer";

    /// <summary>Gives a network to the node: a blank and the length follow.</summary>
    public const string PushRequest = "push";

    /// <summary>What an answer begins with that has a length and bytes.</summary>
    public const string Ok = "ok";

    /// <summary>What an answer begins with that has a text.</summary>
    public const string Error = "error";

    /// <summary>The longest line of a request in bytes, with its end.</summary>
    public const int LongestLine = 256;

    private const int DrainSize = 4096;

    /// <summary>Serves the client until it goes, or is too slow.</summary>
    /// <param name="stop">Ends it at once.</param>
    /// <returns>The end of the service.</returns>
    public async Task Serve(CancellationToken stop)
    {
        using CancellationTokenSource timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
        byte[] line = new byte[LongestLine];
        while (true)
        {
            timer.CancelAfter(patience);
            if (await ReadLine(line, timer.Token) is not { } request)
            {
                return;
            }

            byte[] answer;
            bool goesOn = true;
            try
            {
                answer = Answered(await Do(request, timer));
            }
            catch (Exception exception) when (exception is HostsimException or InputException or ControlException)
            {
                answer = Encoding.UTF8.GetBytes($"{Error} {MessageText.OneLine(exception.Message)}\n");
                goesOn = exception is not ControlException;
            }

            timer.CancelAfter(patience);
            await stream.WriteAsync(answer, timer.Token);
            if (!goesOn)
            {
                return;
            }
        }
    }

    /// <summary>Reads a line.</summary>
    /// <param name="buffer">Takes its bytes; no longer one is read.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The line; null where there is no more.</returns>
    private async Task<string?> ReadLine(byte[] buffer, CancellationToken cancel)
    {
        for (int length = 0; length < buffer.Length; length++)
        {
            if (await stream.ReadAsync(buffer.AsMemory(length, 1), cancel) == 0)
            {
                return null;
            }

            if (buffer[length] == '\n')
            {
                return Encoding.UTF8.GetString(buffer, 0, length).TrimEnd('\r');
            }
        }

        return null;
    }

    private async Task<byte[]> Do(string request, CancellationTokenSource timer)
    {
        string[] words = request.Split(' ', 2);
        switch (words[0])
        {
            case StatusRequest when words.Length == 1:
                return target.Status(false);
            case NetworkRequest when words.Length == 1:
                return target.Network();
            case PeerRequest when words.Length == 2:
                return JsonSerializer.SerializeToUtf8Bytes(target.Inspect(words[1]));
            case PushRequest when words.Length == 2 && IsLength(words[1], out int length):
                byte[] network = new byte[mayChange ? length : Math.Min(length, DrainSize)];
                if (!mayChange)
                {
                    // Who is answered before all is written dies of a closed pipe.
                    for (int left = length; left > 0; left -= network.Length)
                    {
                        await stream.ReadExactlyAsync(network.AsMemory(0, Math.Min(left, network.Length)), timer.Token);
                    }

                    throw new HostsimException("only root may change the node");
                }

                await stream.ReadExactlyAsync(network, timer.Token);
                timer.CancelAfter(Timeout.InfiniteTimeSpan);
                return Encoding.UTF8.GetBytes(target.Push(network));
            default:
                throw new ControlException($"there is no request {MessageText.Quote(request)}");
        }
    }

    private static bool IsLength(string text, out int length) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length)
        && length <= NetworkReader.SizeLimit;

    private static byte[] Answered(byte[] body) => [.. Encoding.ASCII.GetBytes(FormattableString.Invariant(
        $"{Ok} {body.Length}\n")), .. body];
}
