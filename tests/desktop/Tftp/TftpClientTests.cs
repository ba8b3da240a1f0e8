using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>One service that makes the requests, against a server played by hand.</summary>
public class TftpClientTests
{
    private const string ReadRequest = "rrq head octet tsize 0 blksize 1228";
    private const string WriteRequest = "wrq head octet tsize 2000 blksize 1228";

    private readonly TftpWire _wire = new();
    private readonly TftpHost _host;
    private readonly TftpPeer _peer;
    private readonly TftpHost _remote;

    public TftpClientTests()
    {
        _host = new TftpHost(_wire, 1);
        _remote = new TftpHost(new TftpWire(), 2);
        _peer = new TftpPeer(_wire, _host, 2, 2000);
    }

    [Fact]
    public void A_read_asks_from_a_port_of_its_own_for_block_size_and_size()
    {
        Assert.Equal(ReadRequest, Read());
        Assert.InRange(_peer.RemotePort, 61000, 65535);
        Assert.Equal(TftpPacket.Port, _wire.Log!.Single().DestinationPort);
        Assert.Equal("ack 0", Options("tsize", "1500", "blksize", "1228"));
        TftpTransfer transfer = Active().Single();
        Assert.Equal(1500, transfer.Size);
        Assert.Equal(1228, transfer.BlockSize);
        Assert.Equal("ack 1", _peer.Data(1, 1228));
        Assert.Equal("ack 2", _peer.Data(2, 272));
        Assert.Equal([TftpResult.Ok], Results());
        Assert.Equal(1500, _host.Files.Written["head"].Length);
        Assert.Equal("ack 2", _peer.Data(2, 272));
    }

    [Fact]
    public void A_write_asks_with_its_size()
    {
        Assert.Equal(WriteRequest, Write());
        Assert.Equal("data 1 1228", Options("tsize", "2000", "blksize", "1228"));
        Assert.Equal("data 2 772", _peer.Acknowledge(1));
        Assert.Equal("", _peer.Acknowledge(2));
        Assert.Equal([TftpResult.Ok], Results());
    }

    [Fact]
    public void A_server_may_choose_a_smaller_block_or_leave_options_out()
    {
        Write();
        Assert.Equal("data 1 1000", Options("blksize", "1000"));
        _peer.Port++;
        Write();
        Assert.Equal("data 1 512", Options("tsize", "2000"));
        _peer.Port++;
        Read();
        Assert.Equal("ack 0", Options());
        Assert.Equal("ack 1", _peer.Data(1, 512));
    }

    [Fact]
    public void A_server_without_options_sends_its_first_block_at_once()
    {
        Read();
        Assert.Equal("ack 1", _peer.Data(1, 512));
        Assert.Equal("ack 2", _peer.Data(2, 1));
        Assert.Equal(513, _host.Files.Written["head"].Length);
    }

    [Fact]
    public void A_server_without_options_acknowledges_a_write_at_once()
    {
        Write();
        Assert.Equal("data 1 512", _peer.Acknowledge(0));
        Assert.Equal("", _peer.Acknowledge(0));
        Assert.Equal("data 2 512", _peer.Acknowledge(1));
    }

    [Fact]
    public void A_server_that_refuses_options_is_asked_once_without()
    {
        Read();
        int port = _peer.RemotePort;
        Assert.Equal("rrq head octet", Error(8));
        Assert.NotEqual(port, _peer.RemotePort);
        Assert.Equal(TftpPacket.Port, _wire.Log!.Last().DestinationPort);
        _peer.Port++;
        Assert.Equal("ack 1", _peer.Data(1, 512));
        Assert.Empty(Results());
    }

    [Fact]
    public void A_server_that_refuses_even_that_ends_the_transfer()
    {
        Write();
        Assert.Equal("wrq head octet", Error(8));
        Assert.Equal("", Error(8));
        Assert.Equal([TftpError.OptionRefused], Results());
    }

    [Theory]
    [InlineData("blksize 1229")]
    [InlineData("windowsize 4")]
    [InlineData("timeout 3")]
    public void Options_that_were_not_asked_for_are_refused(string options)
    {
        Read();
        Assert.Equal("error 8", Options(options.Split(' ')));
        Assert.Equal(_peer.Port, _wire.Log!.Last().DestinationPort);
        Assert.Equal([TftpError.OptionRefused], Results());
    }

    [Fact]
    public void A_repeated_acknowledgment_of_options_is_answered_until_the_first_block()
    {
        Read();
        Assert.Equal("ack 0", Options("blksize", "1000"));
        Assert.Equal("ack 0", Options("blksize", "1000"));
        Assert.Equal("ack 1", _peer.Data(1, 1000));
        Assert.Equal("", Options("blksize", "1000"));
        _peer.Port++;
        Write();
        Assert.Equal("data 1 1000", Options("blksize", "1000"));
        Assert.Equal("", Options("blksize", "1000"));
        Assert.Equal("", _peer.Acknowledge(0));
    }

    [Fact]
    public void A_file_larger_than_wanted_is_refused_by_its_announcement()
    {
        Read(maxSize: 512);
        Assert.Equal("error 3", Options("tsize", "513"));
        Assert.Equal([TftpError.DiskFull], Results());
    }

    [Fact]
    public void A_file_larger_than_wanted_is_refused_when_it_comes_unannounced()
    {
        Read(maxSize: 600);
        Assert.Equal("ack 1", _peer.Data(1, 512));
        Assert.Equal("error 3", _peer.Data(2, 89));
        Assert.Equal([TftpError.DiskFull], Results());
        Assert.Equal(512, _host.Files.Results.Single().Position);
    }

    [Fact]
    public void A_file_as_large_as_wanted_is_taken()
    {
        Read(maxSize: 600);
        Assert.Equal("ack 0", Options("tsize", "600"));
        Assert.Equal("ack 1", _peer.Data(1, 512));
        Assert.Equal("ack 2", _peer.Data(2, 88));
        Assert.Equal([TftpResult.Ok], Results());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4711)]
    public void The_servers_error_is_the_result(int code)
    {
        Read();
        Assert.Equal("", Error(code));
        Assert.Equal([code], Results());
        Assert.Equal("", _peer.After(60_000));
    }

    [Fact]
    public void The_request_is_sent_again_and_then_given_up()
    {
        Read();
        Assert.Equal(string.Join(' ', Enumerable.Repeat(ReadRequest, 5)), _peer.After(60_000));
        Assert.Equal([TftpResult.Timeout], Results());
    }

    [Fact]
    public void A_host_without_a_server_ends_the_request_at_once()
    {
        Read();
        _host.Service.PortUnreachable(_peer.RemotePort, _peer.Address, 0, TftpPacket.Port);
        Assert.Equal([TftpResult.PortUnreachable], Results());
    }

    [Fact]
    public void A_second_answer_from_another_port_is_turned_away()
    {
        Read();
        Assert.Equal("ack 0", Options("blksize", "1000"));
        _peer.Port++;
        Assert.Equal("error 5", Options("blksize", "1000"));
        Assert.Equal("error 5", _peer.Data(1, 1000));
        _peer.Port--;
        Assert.Equal("ack 1", _peer.Data(1, 1000));
    }

    [Theory]
    [InlineData("00040001")]
    [InlineData("00040000")]
    [InlineData("00030002AA")]
    [InlineData("00030000AA")]
    [InlineData("000161006F6374657400")]
    public void What_is_no_first_answer_to_a_read_changes_nothing(string packet)
    {
        Read();
        _peer.Port = 7;
        Assert.Equal("", _peer.Say(Convert.FromHexString(packet)));
        _peer.Port = 2000;
        Assert.Equal("ack 0", Options("blksize", "1000"));
    }

    [Theory]
    [InlineData("00040001")]
    [InlineData("00030001AA")]
    public void What_is_no_first_answer_to_a_write_changes_nothing(string packet)
    {
        Write();
        _peer.Port = 7;
        Assert.Equal("", _peer.Say(Convert.FromHexString(packet)));
        _peer.Port = 2000;
        Assert.Equal("data 1 1000", Options("blksize", "1000"));
    }

    [Fact]
    public void A_first_block_larger_than_512_without_options_is_refused()
    {
        Read();
        Assert.Equal("error 4", _peer.Data(1, 513));
        Assert.Equal([TftpError.IllegalOperation], Results());
    }

    [Fact]
    public void A_name_that_is_too_long_starts_nothing()
    {
        Assert.Null(_host.Service.StartRead(_host.Address, 0, _peer.Address, 0, new string('a', 129), 0, 1, _wire.Now));
        Assert.Equal(long.MaxValue, _host.Service.NextDeadline);
    }

    [Fact]
    public void Ports_are_never_shared_and_differ_from_time_to_time()
    {
        HashSet<int> ports = [];
        for (int i = 0; i < 200; i++)
        {
            TftpTransfer first = _host.Read(_remote, "head");
            TftpTransfer second = _host.Read(_remote, "head");
            Assert.NotEqual(first.LocalPort, second.LocalPort);
            ports.Add(first.LocalPort);
            _host.Service.AbortRemote(_peer.Address, 0);
        }

        Assert.InRange(ports.Count, 150, 200);
        Assert.All(ports, port => Assert.InRange(port, 61000, 65535));
    }

    [Fact]
    public void Ports_stay_apart_even_when_chance_repeats_itself()
    {
        TftpService service = new(4, 512, 512, 1, 4, _host.Files, _host, new Constant());
        List<int> ports = [];
        for (int i = 0; i < 3; i++)
        {
            ports.Add(service.StartRead(_host.Address, 0, _peer.Address, 0, "a", 0, 1, 0)!.LocalPort);
        }

        Assert.Equal(3, ports.Distinct().Count());
        Assert.All(ports, port => Assert.InRange(port, 61000, 65535));
    }

    private string Read(int maxSize = int.MaxValue)
    {
        return _peer.Heard(() => _host.Read(_remote, "head", maxSize));
    }

    private string Write()
    {
        return _peer.Heard(() => _host.Write(_remote, "head", new byte[2000]));
    }

    private string Options(params string[] options)
    {
        return _peer.Say(TftpPeer.OptionAcknowledgment(options));
    }

    private string Error(int code)
    {
        return _peer.Say(TftpPeer.Packet(TftpPacket.Error, code, (byte)'n', (byte)'o', 0));
    }

    private IEnumerable<TftpTransfer> Active()
    {
        return Enumerable.Range(0, _host.Service.Capacity).Select(_host.Service.At).Where(t => t.IsActive);
    }

    private IEnumerable<int> Results()
    {
        return _host.Files.Results.Select(r => r.Result);
    }

    private sealed class Constant : IEntropy
    {
        public void Fill(byte[] buffer, int offset, int length)
        {
            // The last port there is, so that the search for a free one must go on at the first.
            int last = 65535 - 61000;
            buffer[offset] = (byte)(last >> 8);
            buffer[offset + 1] = (byte)last;
        }
    }
}
