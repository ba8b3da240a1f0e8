using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Spore.Hostsim.Live.Metrics;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>How a client that asks for metrics is answered, however its request is cut.</summary>
public class MetricsConnectionTests
{
    private const string Request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task A_request_may_come_in_pieces(int size)
    {
        string answer = await Answer(Request, size);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\nContent-Length: 2\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            + "Connection: close\r\n\r\nm\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_ends_too_early_gets_no_answer() =>
        Assert.Equal(string.Empty, await Answer(Request[..^1], 1000));

    [Theory]
    [InlineData(8192, "HTTP/1.1 200 OK")]
    [InlineData(8193, "HTTP/1.1 431 Request Header Fields Too Large")]
    public async Task A_request_has_a_largest_size(int size, string status)
    {
        string field = $"X: {new string('x', size - Request.Length - 5)}\r\n";
        string answer = await Answer(Request.Insert(Request.Length - 2, field), 1000);
        Assert.Equal(status, answer.Split("\r\n")[0]);
    }

    private static async Task<string> Answer(string request, int size)
    {
        using Pieces stream = new(Encoding.ASCII.GetBytes(request), size);
        byte[] text = [.. "m\n"u8];
        MetricsConnection connection = new(
            stream, true, _ => Task.FromResult<byte[]?>(text), Timeout.InfiniteTimeSpan);
        await connection.Serve(TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString([.. stream.Written]);
    }

    // Gives what is to be read in pieces, and keeps what is written apart.
    private sealed class Pieces(byte[] content, int size) : MemoryStream(content)
    {
        private readonly MemoryStream _written = new();

        public byte[] Written => _written.ToArray();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _written.WriteAsync(buffer, cancellationToken);
    }
}
