using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Hostsim.Transfers;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The client of <c>hostsim get</c> and <c>put</c>, over sockets of the loopback interface.</summary>
public sealed class SocketClientTests : IDisposable
{
    private const int LargestBlock = 1368;

    // In milliseconds.
    private const int Patience = 60_000;

    private readonly TftpServer _server = new();

    public void Dispose()
    {
        _server.Dispose();
    }

    [Theory]
    [InlineData(0, 1228, 4)]
    [InlineData(511, 512, 1)]
    [InlineData(512, 512, 1)]
    [InlineData(100_000, 1228, 64)]
    [InlineData(100_000, 65464, 4)]
    public void A_file_is_read(int size, int blockSize, int window)
    {
        byte[] content = Bytes(size);
        _server.Files.Readable["name"] = content;
        using MemoryStream stream = new();
        FileExchange exchange = Run(new FileExchange("name", stream), blockSize, window);
        Assert.Null(TransferFault.Describe(exchange, "gate", "file"));
        Assert.Equal(content, stream.ToArray());
        Assert.Equal(size, exchange.Position);
        Assert.Equal(
            (Math.Min(blockSize, LargestBlock), Math.Min(window, 4)), (exchange.BlockSize, exchange.Window));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(100_000)]
    public void A_file_is_written(int size)
    {
        byte[] content = Bytes(size);
        FileExchange exchange = Run(Writing(content));
        Assert.Null(TransferFault.Describe(exchange, "gate", "file"));

        // The server closes the file when it has sent the last acknowledgment.
        Assert.True(SpinWait.SpinUntil(() => _server.Closed > 0, Patience));
        Assert.Equal(content, _server.Files.Written["name"]);
    }

    [Fact]
    public void The_text_of_the_peers_error_is_told()
    {
        _server.Files.OnOpen = (transfer, _) =>
        {
            transfer.ErrorText = "members only";
            return TftpError.AccessViolation;
        };
        FileExchange exchange = Run(new FileExchange("name", new MemoryStream()));
        Assert.Equal(
            "name: gate answered with error 2 (access violation): members only",
            TransferFault.Describe(exchange, "gate", "file"));
    }

    [Fact]
    public void The_usual_text_of_a_code_is_not_told_twice()
    {
        FileExchange exchange = Run(new FileExchange("name", new MemoryStream()));
        Assert.Equal(
            "name: gate answered with error 1 (file not found)", TransferFault.Describe(exchange, "gate", "file"));
    }

    [Fact]
    public void A_port_unreachable_ends_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems report it to connected sockets only");
        using Socket closed = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        int port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        closed.Close();
        FileExchange exchange = Run(new FileExchange("name", new MemoryStream()), port: port);
        Assert.Equal(TftpResult.PortUnreachable, exchange.Result);
        Assert.Equal(
            "name: gate serves no TFTP (port unreachable)", TransferFault.Describe(exchange, "gate", "file"));
    }

    [Fact]
    public void An_interrupted_transfer_sends_an_error()
    {
        using CancellationTokenSource stop = new();
        _server.Files.OnWrite = (transfer, _) =>
        {
            if (transfer.Position > 20_000)
            {
                stop.Cancel();
            }

            return TftpResult.Ok;
        };
        FileExchange exchange = Writing(Bytes(10_000_000));
        Assert.Throws<OperationCanceledException>(() => Run(exchange, stop: stop));
        Assert.Equal(TftpResult.Aborted, exchange.Result);
        Assert.True(SpinWait.SpinUntil(() => _server.Received.Any(p => p[1] == TftpPacket.Error), Patience));
        Assert.Equal("Interrupted", ClientFiles.TextOf(_server.Received.Last(p => p[1] == TftpPacket.Error)));
    }

    [Fact]
    public void A_local_fault_ends_the_transfer_and_is_told()
    {
        _server.Files.Readable["name"] = Bytes(100_000);
        FileExchange read = Run(new FileExchange("name", new FullStream()));
        Assert.Equal("file: the disk is full", TransferFault.Describe(read, "gate", "file"));
        using MemoryStream shorter = new(Bytes(1000));
        FileExchange written = Run(new FileExchange("name", shorter) { IsWrite = true, Size = 100_000 });
        Assert.Equal("file: became shorter while it was sent", TransferFault.Describe(written, "gate", "file"));
    }

    [Fact]
    public void A_file_above_the_limit_is_refused()
    {
        _server.Files.Readable["name"] = Bytes(2000);
        FileExchange exchange = Run(new FileExchange("name", new MemoryStream()) { Limit = 1000 });
        Assert.Equal(
            "name: is larger than 1000 bytes, the most that is read", TransferFault.Describe(exchange, "gate", "file"));
    }

    [Fact]
    public void Without_an_address_the_line_says_so()
    {
        using SocketClient client = new(IPAddress.Parse("2001:db8::1"), IPAddress.IPv6Loopback, LargestBlock, 1228, 4);
        HostsimException exception = Assert.Throws<HostsimException>(
            () => client.Run(new FileExchange("name", new MemoryStream()), () => { }, CancellationToken.None));
        Assert.StartsWith("::1: nothing can be sent from 2001:db8::1 (", exception.Message);
    }

    private static byte[] Bytes(int size)
    {
        byte[] bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static FileExchange Writing(byte[] content) =>
        new("name", new MemoryStream(content)) { IsWrite = true, Size = content.Length };

    private FileExchange Run(
        FileExchange exchange,
        int blockSize = 1228,
        int window = 4,
        int? port = null,
        CancellationTokenSource? stop = null)
    {
        using SocketClient client = new(
            IPAddress.IPv6Loopback, IPAddress.IPv6Loopback, LargestBlock, blockSize, window, port ?? _server.Port);
        client.Run(exchange, () => { }, stop?.Token ?? TestContext.Current.CancellationToken);
        return exchange;
    }

    private sealed class FullStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("the disk is full");
    }
}
