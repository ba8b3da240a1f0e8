using System;
using System.Linq;
using System.Text;
using Spore.Hostsim.Control;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Live.Serving;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The files that a node has for its own machine.</summary>
public class LocalFilesTests
{
    private readonly Target _target = new();
    private readonly LocalFiles _files;
    private readonly TftpTransfer[] _transfers;

    public LocalFilesTests()
    {
        _files = new LocalFiles(_target);
        TftpService service = new(3, 512, 512, 1, 3, _files, new Nowhere(), new SystemEntropy());
        _transfers = [.. Enumerable.Range(0, 3).Select(service.At)];
    }

    [Fact]
    public void Each_read_has_a_copy_of_its_own()
    {
        _target.Network = [1, 2, 3];
        Assert.Equal(TftpResult.Ok, Open(0, "network"));
        _target.Network = [4, 5];
        Assert.Equal(TftpResult.Ok, Open(1, "network"));
        Assert.Equal((3, 2), (_transfers[0].Size, _transfers[1].Size));
        byte[] buffer = new byte[4];
        _files.Read(_transfers[0], 1, buffer, 2, 2);
        Assert.Equal([0, 0, 2, 3], buffer);
        _files.Closed(_transfers[0], TftpResult.Ok);
        _files.Read(_transfers[1], 0, buffer, 0, 2);
        Assert.Equal([4, 5, 2, 3], buffer);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("head")]
    [InlineData("network")]
    public void A_node_that_has_stopped_is_an_error_for_the_client(string name)
    {
        _target.IsStopped = true;
        Assert.Equal(TftpError.NotDefined, Open(0, name));
        Assert.Equal("the node has stopped", _transfers[0].ErrorText);
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        Assert.Equal(TftpError.FileNotFound, Open(0, "network"));
        Assert.Equal(TftpError.FileNotFound, Open(0, "head"));
        Assert.Equal(TftpError.FileNotFound, Open(0, "other"));
    }

    [Fact]
    public void One_network_at_a_time_is_written()
    {
        Assert.Equal(TftpError.AccessViolation, OpenWrite(0, "status"));
        Assert.Equal(TftpResult.Ok, OpenWrite(0, "network"));
        Assert.Equal(TftpResult.Later, OpenWrite(1, "network"));
        Assert.Equal(TftpResult.Ok, _files.Write(_transfers[0], 0, [9, 1, 2], 1, 2, false));
        Assert.Null(_target.Pushed);
        Assert.Equal(TftpResult.Ok, _files.Write(_transfers[0], 2, [3], 0, 1, true));
        Assert.Equal([1, 2, 3], _target.Pushed!);
        _files.Closed(_transfers[0], TftpResult.Ok);
        Assert.Equal(TftpResult.Ok, OpenWrite(1, "network"));
    }

    [Fact]
    public void A_network_that_is_too_large_is_refused()
    {
        _transfers[0].Size = NetworkReader.SizeLimit + 1;
        Assert.Equal(TftpError.DiskFull, OpenWrite(0, "network"));
        _transfers[0].Size = NetworkReader.SizeLimit;
        Assert.Equal(TftpResult.Ok, OpenWrite(0, "network"));

        // A client need not say the size.
        byte[] piece = new byte[NetworkReader.SizeLimit / 2];
        Assert.Equal(TftpResult.Ok, _files.Write(_transfers[0], 0, piece, 0, piece.Length, false));
        Assert.Equal(TftpResult.Ok, _files.Write(_transfers[0], piece.Length, piece, 0, piece.Length, false));
        Assert.Equal(TftpError.DiskFull, _files.Write(_transfers[0], 2 * piece.Length, piece, 0, 1, true));
        Assert.Null(_target.Pushed);
    }

    [Theory]
    [InlineData(NetworkFault.Older, TftpError.FileAlreadyExists)]
    [InlineData(NetworkFault.Equivocation, TftpError.FileAlreadyExists)]
    [InlineData(NetworkFault.Signature, TftpError.AccessViolation)]
    public void A_refusal_has_a_code_and_a_plain_text(NetworkFault fault, int code)
    {
        _target.Refusal = new NetworkRefusedException(fault, "é\n" + new string('x', 300));
        Assert.Equal(TftpResult.Ok, OpenWrite(0, "network"));
        Assert.Equal(code, _files.Write(_transfers[0], 0, [1], 0, 1, true));
        Assert.Equal("??" + new string('x', 253), _transfers[0].ErrorText);
    }

    private int Open(int transfer, string name) =>
        _files.OpenRead(_transfers[transfer], Encoding.ASCII.GetBytes(name), 0, name.Length);

    private int OpenWrite(int transfer, string name) =>
        _files.OpenWrite(_transfers[transfer], Encoding.ASCII.GetBytes(name), 0, name.Length);

    private sealed class Target : IControlTarget
    {
        public byte[] Network { get; set; } = [];

        public bool IsStopped { get; set; }

        public byte[]? Pushed { get; private set; }

        public NetworkRefusedException? Refusal { get; set; }

        public byte[] Status(bool isNetascii) => Unless([.. "state=fresh\n"u8]);

        byte[] IControlTarget.Network() => Unless(Network);

        public NodeReport Inspect(string whom) => throw new NotSupportedException();

        public string Push(byte[] network)
        {
            Pushed = Refusal == null ? network : throw Refusal;
            return "version 1";
        }

        private byte[] Unless(byte[] content) =>
            IsStopped ? throw new HostsimException("the node has stopped") : content;
    }

    private sealed class Nowhere : IUdpOutput
    {
        public byte[] Buffer { get; } = new byte[1024];

        public int PayloadOffset => 0;

        public void SendUdp(
            byte[] source,
            int sourceOffset,
            int sourcePort,
            byte[] destination,
            int destinationOffset,
            int destinationPort,
            int payloadLength) => throw new NotSupportedException();
    }
}
