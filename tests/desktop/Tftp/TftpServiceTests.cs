using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>One service against a peer played by hand.</summary>
public class TftpServiceTests
{
    private readonly TftpWire _wire = new();
    private readonly TftpHost _host;
    private readonly TftpPeer _peer;

    public TftpServiceTests()
    {
        _host = new TftpHost(_wire, 1);
        _host.Files.Readable["empty"] = [];
        _host.Files.Readable["head"] = new byte[144];
        _host.Files.Readable["long"] = new byte[5000];
        _peer = new TftpPeer(_wire, _host, 2);
    }

    private MemoryFiles Files => _host.Files;

    private TftpService Service => _host.Service;

    [Fact]
    [Statement("8-1", "9-10")]
    public void A_read_goes_block_by_block()
    {
        Assert.Equal("data 1 512", _peer.Ask(1, "long"));
        Assert.InRange(_peer.RemotePort, 61000, 65535);
        for (int block = 2; block <= 9; block++)
        {
            Assert.Equal($"data {block} 512", _peer.Acknowledge(block - 1));
        }

        Assert.Equal("data 10 392", _peer.Acknowledge(9));
        Assert.Equal("", _peer.Acknowledge(10));
        Assert.Equal([TftpResult.Ok], Results());
        Assert.Equal("", _peer.After(60_000));
    }

    [Fact]
    [Statement("8-1")]
    public void A_write_goes_block_by_block()
    {
        Assert.Equal("ack 0", _peer.Ask(2, "new"));
        Assert.Equal("ack 1", _peer.Data(1, 512));
        Assert.Empty(Results());
        Assert.Equal("ack 2", _peer.Data(2, 0));
        Assert.Equal([TftpResult.Ok], Results());
        Assert.Equal(512, Files.Written["new"].Length);
    }

    [Theory]
    [Statement("8-1", "8-3")]
    [InlineData("", "data 1 144")]
    [InlineData("blksize 1000", "oack blksize 1000")]
    [InlineData("BLKSIZE 1000", "oack blksize 1000")]
    [InlineData("blksize 8", "oack blksize 8")]
    [InlineData("blksize 7", "data 1 144")]
    [InlineData("blksize 65464", "oack blksize 1368")]
    [InlineData("blksize 99999999999999999999", "oack blksize 1368")]
    [InlineData("blksize -9", "data 1 144")]
    [InlineData("blksize 512x", "data 1 144")]
    [InlineData("blksize", "data 1 144")]
    [InlineData("timeout 1", "oack timeout 1")]
    [InlineData("timeout 255", "oack timeout 255")]
    [InlineData("timeout 0", "data 1 144")]
    [InlineData("timeout 256", "data 1 144")]
    [InlineData("tsize 0", "oack tsize 144")]
    [InlineData("TSize 77", "oack tsize 144")]
    [InlineData("windowsize 4", "oack windowsize 1")]
    [InlineData("tsize 0 blksize 512 timeout 6", "oack tsize 144 blksize 512 timeout 6")]
    [InlineData("windowsize 4 blksize 600 response 1", "oack blksize 600 windowsize 1")]
    public void Options_of_a_read_are_answered_as_far_as_they_are_sound(string options, string answer)
    {
        Assert.Equal(answer, _peer.Ask(1, "head", options.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void The_size_of_an_empty_file_is_not_told()
    {
        Assert.Equal("data 1 0", _peer.Ask(1, "empty", "tsize", "0"));
        _peer.Acknowledge(1);
        _peer.Port++;
        Assert.Equal("oack blksize 1000", _peer.Ask(1, "empty", "tsize", "0", "blksize", "1000"));
    }

    [Theory]
    [InlineData("", -1, "ack 0")]
    [InlineData("tsize 0", 0, "oack tsize 0")]
    [InlineData("tsize 70000", 70000, "oack tsize 70000")]
    [InlineData("tsize 9999999999", int.MaxValue, "oack tsize 2147483647")]
    [InlineData("blksize 1368", -1, "oack blksize 1368")]
    public void Options_of_a_write_are_answered_and_its_size_is_known_at_open(string options, int size, string answer)
    {
        int seen = -2;
        Files.OnOpen = (transfer, _) =>
        {
            seen = transfer.Size;
            return TftpResult.Ok;
        };
        Assert.Equal(answer, _peer.Ask(2, "new", options.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(size, seen);
    }

    [Fact]
    public void Negotiated_blocks_begin_after_the_options_are_acknowledged()
    {
        Assert.Equal("oack blksize 1368", _peer.Ask(1, "long", "blksize", "1400"));
        Assert.Equal("", _peer.Acknowledge(1));
        Assert.Equal("data 1 1368", _peer.Acknowledge(0));
        Assert.Equal("data 2 1368", _peer.Acknowledge(1));
        Assert.Equal("", _peer.Acknowledge(0));
        Assert.Equal("data 3 1368", _peer.Acknowledge(2));
        Assert.Equal("data 4 896", _peer.Acknowledge(3));
        _peer.Acknowledge(4);
        Assert.Equal([TftpResult.Ok], Results());
    }

    [Theory]
    [Statement("8-24a")]
    [InlineData(1, "mail", "error 4")]
    [InlineData(1, "octets", "error 4")]
    [InlineData(1, "", "error 4")]
    [InlineData(2, "mail", "error 4")]
    [InlineData(2, "netascii", "error 0")]
    public void A_mode_that_is_not_served_is_refused_with_a_text_that_names_octet(
        int opcode, string mode, string answer)
    {
        Assert.Equal(answer, _peer.Say([0, (byte)opcode, .. Encoding.Latin1.GetBytes($"head\0{mode}\0")]));
        Assert.Contains("octet", Encoding.Latin1.GetString(_wire.Log!.Last().Payload));
        Assert.Equal(0, Files.Opened);
    }

    [Theory]
    [Statement("8-24")]
    [InlineData("netascii")]
    [InlineData("NetASCII")]
    public void A_read_as_netascii_is_told_to_the_files(string mode)
    {
        TftpMode seen = TftpMode.Other;
        Files.OnOpen = (transfer, _) =>
        {
            seen = transfer.Mode;
            return TftpResult.Ok;
        };
        Assert.Equal("data 1 144", _peer.Say([0, 1, .. Encoding.Latin1.GetBytes($"head\0{mode}\0")]));
        Assert.Equal(TftpMode.Netascii, seen);
    }

    [Theory]
    [Statement("8-25")]
    [InlineData("/head", "data 1 144")]
    [InlineData("./head", "data 1 144")]
    [InlineData("//head", "error 1")]
    [InlineData("../head", "error 1")]
    [InlineData("/./head", "error 1")]
    [InlineData(".head", "error 1")]
    [InlineData("/", "error 1")]
    [InlineData("./", "error 1")]
    [InlineData("", "error 1")]
    public void One_leading_slash_of_a_name_is_skipped(string name, string answer)
    {
        Assert.Equal(answer, _peer.Ask(1, name));
    }

    [Theory]
    [InlineData("head\0OCTET\0", "data 1 144")]
    [InlineData("head\0octet\0junk", "data 1 144")]
    [InlineData("head\0octet", "error 4")]
    [InlineData("head\0", "error 4")]
    [InlineData("head", "error 4")]
    [InlineData("", "error 4")]
    [InlineData("\0octet\0", "error 1")]
    [InlineData("other\0octet\0", "error 1")]
    public void Requests_that_do_not_end_are_refused(string rest, string answer)
    {
        Assert.Equal(answer, _peer.Say([0, 1, .. Encoding.Latin1.GetBytes(rest)]));
    }

    [Fact]
    [Statement("8-25a")]
    public void Names_are_exact_bytes_up_to_128()
    {
        string name = new('\xFF', 128);
        Files.Readable[name] = new byte[1];
        Assert.Equal("data 1 1", _peer.Ask(1, name));
        Files.Readable[name + "x"] = new byte[1];
        Assert.Equal("error 0", _peer.Ask(1, name + "x"));
    }

    [Theory]
    [InlineData(TftpError.AccessViolation, "Access violation")]
    [InlineData(TftpError.DiskFull, "Disk full or allocation exceeded")]
    [InlineData(TftpError.NotDefined, "Not possible now")]
    [InlineData(TftpResult.Aborted, "Not possible now")]
    public void A_refusal_is_answered_with_its_code_and_text(int error, string text)
    {
        Files.OnOpen = (_, _) => error;
        Assert.Equal("error " + Math.Max(error, 0), _peer.Ask(1, "head"));
        Assert.Equal(Encoding.Latin1.GetBytes(text + "\0"), _wire.Log!.Last().Payload[4..]);
        Assert.Equal("error " + Math.Max(error, 0), _peer.Ask(2, "head"));
        Assert.Equal(long.MaxValue, Service.NextDeadline);
    }

    [Fact]
    public void The_files_own_text_is_sent_once_and_not_with_the_next_transfer()
    {
        Files.OnOpen = (transfer, _) =>
        {
            transfer.ErrorText = "older than ours";
            return TftpError.NotDefined;
        };
        _peer.Ask(2, "head");
        Assert.Equal("older than ours\0"u8.ToArray(), _wire.Log!.Last().Payload[4..]);
        Files.OnOpen = (_, _) => TftpError.AccessViolation;
        _peer.Ask(2, "head");
        Assert.Equal("Access violation\0"u8.ToArray(), _wire.Log!.Last().Payload[4..]);
    }

    [Fact]
    [Statement("8-2")]
    public void Answers_come_from_the_address_that_was_asked()
    {
        byte[] other = TftpWire.AddressOf(77);
        byte[] request = TftpPeer.Request(1, "head");
        _wire.Log = [];
        Assert.True(Service.Receive(request, 0, request.Length, _peer.Address, 0, 2000, other, 0, 69, _wire.Now));
        Assert.Equal(other, Assert.Single(_wire.Log).Source);
    }

    /// <summary>
    /// The Sorcerer's Apprentice: were each repeated acknowledgment to send a block, all later
    /// blocks would go out twice.
    /// </summary>
    [Fact]
    [Statement("8-11")]
    public void A_repeated_acknowledgment_sends_no_block()
    {
        _peer.Ask(1, "long");
        Assert.Equal("data 2 512", _peer.Acknowledge(1));
        Assert.Equal("", _peer.Acknowledge(1));
        Assert.Equal("", _peer.Acknowledge(1));
        Assert.Equal("data 3 512", _peer.Acknowledge(2));
        Assert.Equal("", _peer.Acknowledge(1));
        Assert.Equal("", _peer.Acknowledge(2));
        Assert.Equal("", _peer.Acknowledge(0));
        Assert.Equal("", _peer.Acknowledge(4));
        Assert.Equal("data 4 512", _peer.Acknowledge(3));
    }

    [Fact]
    public void A_repeated_block_is_acknowledged_again_and_written_once()
    {
        _peer.Ask(2, "new");
        Assert.Equal("", _peer.Data(0, 512));
        Assert.Equal("", _peer.Data(2, 512));
        Assert.Equal("ack 1", _peer.Data(1, 512));
        Assert.Equal("ack 1", _peer.Data(1, 512));
        Assert.Equal("ack 2", _peer.Data(2, 512));
        Assert.Equal("", _peer.Data(1, 512));
        Assert.Equal("ack 2", _peer.Data(2, 512));
        Assert.Equal("ack 3", _peer.Data(3, 1));
        Assert.Equal(1025, Files.Written["new"].Length);
    }

    [Fact]
    public void A_whole_read_with_delayed_repetitions_sends_each_block_once()
    {
        TftpHost client = new(_wire, 3);
        _wire.Duplication = 1;
        _wire.Jitter = 200;
        _wire.Log = [];
        client.Read(_host, "long");
        _wire.Run();
        Assert.Equal([1, 2, 3, 4, 5], _wire.Log.Where(d => d.Opcode == TftpPacket.Data).Select(d => d.Number).Order());
        Assert.Equal(5000, client.Files.Written["long"].Length);
    }

    [Fact]
    public void Only_the_timer_sends_a_block_again_with_back_off_until_the_peer_is_given_up()
    {
        _peer.Ask(1, "long");
        _wire.Log!.Clear();
        List<long> times = [];
        long start = _wire.Now;
        _wire.Filter = _ =>
        {
            times.Add(_wire.Now - start);
            return false;
        };
        _wire.Run();
        Assert.Equal([1000, 3000, 7000, 15000, 23000], times);
        Assert.Equal(31000, _wire.Now - start);
        Assert.All(_wire.Log, d => Assert.Equal((TftpPacket.Data, 1), (d.Opcode, d.Number)));
        Assert.Equal([TftpResult.Timeout], Results());
    }

    [Fact]
    public void The_receiver_of_a_file_repeats_its_acknowledgment_and_gives_up_too()
    {
        _peer.Ask(2, "new", "blksize", "600");
        Assert.Equal("", _peer.After(1999));
        Assert.Equal("oack blksize 600", _peer.After(1));
        Assert.Equal("ack 1", _peer.Data(1, 600));
        Assert.Equal("ack 1 ack 1 ack 1 ack 1 ack 1", _peer.After(60_000));
        Assert.Equal([TftpResult.Timeout], Results());
    }

    [Fact]
    public void The_time_of_a_round_trip_shortens_the_timer_and_a_repeated_packet_is_not_measured()
    {
        _peer.Ask(1, "long");
        _peer.After(100);
        _peer.Acknowledge(1);
        Assert.Equal("", _peer.After(299));
        Assert.Equal("data 2 512", _peer.After(1));

        // Not known whether this answers the first or the second sending, so the doubled time stays.
        _peer.After(10);
        Assert.Equal("data 3 512", _peer.Acknowledge(2));
        Assert.Equal("", _peer.After(599));
        Assert.Equal("data 3 512", _peer.After(1));
    }

    [Fact]
    public void However_short_a_round_trip_is_a_packet_is_sent_again_after_250_ms_at_the_earliest()
    {
        _peer.Ask(1, "long");
        for (int block = 1; block < 5; block++)
        {
            _peer.After(1);
            _peer.Acknowledge(block);
        }

        Assert.Equal("", _peer.After(249));
        Assert.Equal("data 5 512", _peer.After(1));
    }

    [Fact]
    public void The_receiver_measures_too_and_waits_twice_as_long()
    {
        _peer.Ask(2, "new");
        _peer.After(200);
        _peer.Data(1, 512);
        Assert.Equal("", _peer.After(1199));
        Assert.Equal("ack 1", _peer.After(1));
    }

    [Fact]
    public void An_answer_to_a_request_that_was_repeated_is_not_measured()
    {
        _peer.Ask(1, "long");
        _peer.After(100);
        _peer.Ask(1, "long");
        _peer.Acknowledge(1);
        Assert.Equal("", _peer.After(999));
        Assert.Equal("data 2 512", _peer.After(1));
    }

    [Fact]
    public void A_peer_that_answers_fast_is_not_given_up_sooner()
    {
        _peer.Ask(1, "long");
        _peer.Acknowledge(1);
        _peer.After(30_999);
        Assert.Empty(Results());
        _peer.After(8000);
        Assert.Equal([TftpResult.Timeout], Results());
    }

    [Fact]
    public void A_slot_starts_afresh()
    {
        _peer.Ask(2, "new");
        TftpTransfer transfer = Active().Single();
        transfer.Peer = 7;
        Service.Abort(transfer, TftpError.NotDefined);
        Assert.Same(transfer, Start("head"));
        Assert.Equal((-1, -1, 0), (transfer.Peer, transfer.Size, transfer.Position));
    }

    [Fact]
    public void The_peers_timeout_is_kept_to()
    {
        _peer.Ask(1, "long", "timeout", "20");
        Assert.Equal("", _peer.After(19_999));
        Assert.Equal("oack timeout 20", _peer.After(1));
        _peer.Acknowledge(0);
        _peer.After(50);
        _peer.Acknowledge(1);
        Assert.Equal("", _peer.After(19_999));
        Assert.Equal("data 2 512", _peer.After(1));
    }

    [Fact]
    public void A_lost_last_acknowledgment_is_given_again_for_as_long_as_the_peer_may_try()
    {
        _peer.Ask(2, "new");
        Assert.Equal("ack 1", _peer.Data(1, 3));
        Assert.Equal([TftpResult.Ok], Results());
        _peer.After(30_000);
        Assert.Equal("ack 1", _peer.Data(1, 3));
        _peer.After(30_000);
        Assert.Equal("ack 1", _peer.Data(1, 3));
        Assert.Equal("", _peer.Data(2, 3));
        _peer.After(40_000);
        Assert.Equal("", _peer.Data(1, 3));
        Assert.False(_peer.WasTaken);
        Assert.Equal([TftpResult.Ok], Results());
        Assert.Equal(long.MaxValue, Service.NextDeadline);
    }

    [Fact]
    public void A_block_may_wait_and_its_repetitions_are_ignored()
    {
        Files.OnWrite = (_, last) => last ? TftpResult.Wait : TftpResult.Ok;
        _peer.Ask(2, "new");
        _peer.Data(1, 512);
        Assert.Equal("", _peer.Say(TftpPeer.Packet(TftpPacket.Data, 2, 7, 8, 9)));
        TftpTransfer transfer = Active().Single();
        Assert.True(transfer.IsWaiting);
        Assert.Equal(3, transfer.BlockLength);
        Assert.Equal(512, transfer.Position);
        Assert.Equal("", _peer.Data(2, 3));
        Assert.Equal("", _peer.Data(1, 512));
        Assert.Equal("", _peer.After(600_000));
        Assert.Empty(Results());
        Assert.Equal("ack 2", _peer.Heard(() => Service.Resume(transfer, TftpResult.Ok, _wire.Now)));
        Assert.Equal([TftpResult.Ok], Results());
        Assert.Equal(515, Files.Written["new"].Length);
        Assert.Equal("", _peer.Heard(() => Service.Resume(transfer, TftpResult.Ok, _wire.Now)));
        Assert.Equal("ack 2", _peer.Data(2, 3));
    }

    [Fact]
    public void A_block_that_waited_may_be_refused()
    {
        Files.OnWrite = (_, _) => TftpResult.Wait;
        _peer.Ask(2, "new");
        _peer.Data(1, 512);
        TftpTransfer transfer = Active().Single();
        Assert.Equal("", _peer.Heard(() => Service.Resume(transfer, TftpResult.Wait, _wire.Now)));
        Assert.Equal("error 2", _peer.Heard(() => Service.Resume(transfer, TftpError.AccessViolation, _wire.Now)));
        Assert.Equal([TftpError.AccessViolation], Results());
    }

    [Fact]
    public void A_block_that_waits_in_the_middle_goes_on_when_resumed()
    {
        Files.OnWrite = (transfer, _) => transfer.Position == 0 ? TftpResult.Wait : TftpResult.Ok;
        _peer.Ask(2, "new");
        _peer.Data(1, 512);
        Assert.Equal("ack 1", _peer.Heard(() => Service.Resume(Active().Single(), TftpResult.Ok, _wire.Now)));
        Assert.Equal("ack 2", _peer.Data(2, 1));
        Assert.Equal(513, Files.Written["new"].Length);
    }

    [Fact]
    public void A_block_that_waited_may_be_asked_for_again_which_is_left_to_the_peer()
    {
        int result = TftpResult.Wait;
        Files.OnWrite = (_, _) => result;
        _peer.Ask(2, "new", "blksize", "512");
        _peer.Data(1, 512);
        Files.Forget(512);
        TftpTransfer transfer = Active().Single();
        Assert.Equal("", _peer.Heard(() => Service.Resume(transfer, TftpResult.Repeat, _wire.Now)));
        Assert.False(transfer.IsWaiting);
        Assert.Equal("", _peer.After(30_999));
        Assert.Empty(Results());
        result = TftpResult.Ok;
        Assert.Equal("ack 1", _peer.Data(1, 512));
        Assert.Equal("ack 2", _peer.Data(2, 3));
        Assert.Equal(515, Files.Written["new"].Length);
    }

    [Fact]
    public void A_block_that_is_not_repeated_ends_the_transfer()
    {
        Files.OnWrite = (_, _) => TftpResult.Wait;
        _peer.Ask(2, "new");
        _peer.Data(1, 512);
        Service.Resume(Active().Single(), TftpResult.Repeat, _wire.Now);
        Assert.Equal("", _peer.After(31_000));
        Assert.Equal([TftpResult.Timeout], Results());
    }

    [Fact]
    public void The_peer_may_end_a_transfer_that_waits()
    {
        Files.OnWrite = (_, _) => TftpResult.Wait;
        _peer.Ask(2, "new");
        _peer.Data(1, 512);
        Assert.Equal("", _peer.Say(TftpPeer.Packet(TftpPacket.Error, 3)));
        Assert.Equal([TftpError.DiskFull], Results());
    }

    [Fact]
    public void A_block_that_is_refused_ends_the_transfer()
    {
        Files.OnWrite = (_, _) => TftpError.DiskFull;
        _peer.Ask(2, "new");
        Assert.Equal("error 3", _peer.Data(1, 512));
        Assert.Equal([TftpError.DiskFull], Results());
        Assert.Equal("", _peer.Data(1, 512));
        Assert.False(_peer.WasTaken);
    }

    [Fact]
    public void A_block_larger_than_agreed_ends_the_transfer()
    {
        _peer.Ask(2, "new", "blksize", "600");
        Assert.Equal("error 4", _peer.Data(1, 601));
        Assert.Equal([TftpError.IllegalOperation], Results());
    }

    [Fact]
    public void Another_port_of_the_peer_is_told_so_and_does_not_end_the_transfer()
    {
        _peer.Ask(1, "long");
        _peer.Port++;
        Assert.Equal("error 5", _peer.Acknowledge(1));
        Assert.Equal("error 5", _peer.Data(1, 1));
        Assert.Equal("error 5", _peer.Say(TftpPeer.OptionAcknowledgment()));
        Assert.Equal("", _peer.Say(TftpPeer.Packet(TftpPacket.Error, 0)));
        Assert.Equal("", _peer.Say([1]));
        _peer.Port--;
        Assert.Equal("data 2 512", _peer.Acknowledge(1));
    }

    [Fact]
    public void Another_host_has_no_part_in_a_transfer()
    {
        _peer.Ask(1, "long");
        TftpPeer other = new(_wire, _host, 3, _peer.Port) { RemotePort = _peer.RemotePort };
        Assert.Equal("", other.Acknowledge(1));
        Assert.False(other.WasTaken);
        Assert.Equal("data 2 512", _peer.Acknowledge(1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0003")]
    [InlineData("000300")]
    [InlineData("0005")]
    [InlineData("0007")]
    [InlineData("0000")]
    [InlineData("0100")]
    [InlineData("00030001AA")]
    [InlineData("00060000")]
    [InlineData("0001610000")]
    public void What_does_not_fit_a_transfer_is_ignored(string packet)
    {
        _peer.Ask(1, "long");
        Assert.Equal("", _peer.Say(Convert.FromHexString(packet)));
        Assert.True(_peer.WasTaken);
        Assert.Equal("data 2 512", _peer.Acknowledge(1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0003000101")]
    [InlineData("00040000")]
    [InlineData("00050000")]
    [InlineData("0006")]
    public void What_is_no_request_gets_no_answer_at_port_69(string packet)
    {
        Assert.Equal("", _peer.Say(Convert.FromHexString(packet)));
        Assert.True(_peer.WasTaken);
    }

    [Fact]
    [Statement("8-26", "8-27")]
    public void A_repeated_request_is_answered_again_by_the_same_transfer_until_the_peer_goes_on()
    {
        Assert.Equal("data 1 512", _peer.Ask(1, "long"));
        int port = _peer.RemotePort;
        Assert.Equal("data 1 512", _peer.Ask(1, "long"));
        Assert.Equal(port, _peer.RemotePort);
        _peer.Acknowledge(1);
        Assert.Equal("", _peer.Ask(1, "long"));
        _peer.RemotePort = port;
        Assert.Equal("data 3 512", _peer.Acknowledge(2));
        Assert.Equal("", _peer.Ask(1, "long"));
        _peer.RemotePort = port;
        Assert.Equal("data 4 512", _peer.Acknowledge(3));
        Assert.Equal(1, Files.Opened);
    }

    [Theory]
    [Statement("8-27")]
    [InlineData(1, "data 1 512")]
    [InlineData(2, "ack 0")]
    public void A_repeated_request_begins_anew_at_its_second_copy_without_progress(int opcode, string answer)
    {
        int port = Begin(opcode, answer);
        Assert.Equal("", _peer.Ask(opcode, "long"));
        Assert.Equal(answer, _peer.Ask(opcode, "long"));
        Assert.NotEqual(port, _peer.RemotePort);
        Assert.Equal([TftpResult.Aborted], Results());
    }

    [Theory]
    [Statement("8-27")]
    [InlineData(1, "data 1 512")]
    [InlineData(2, "ack 0")]
    public void A_repeated_request_begins_anew_when_nothing_has_moved_for_a_second(int opcode, string answer)
    {
        int port = Begin(opcode, answer);
        _peer.After(999);
        _peer.RemotePort = port;
        Assert.Equal("", _peer.Ask(opcode, "long"));
        _peer.RemotePort = port;
        Assert.Equal(opcode == 1 ? "data 3 512" : "ack 2", opcode == 1 ? _peer.Acknowledge(2) : _peer.Data(2, 512));
        _peer.After(1000);
        Assert.Equal(answer, _peer.Ask(opcode, "long"));
        Assert.NotEqual(port, _peer.RemotePort);
        Assert.Equal([TftpResult.Aborted], Results());
    }

    [Fact]
    public void A_write_whose_block_is_being_judged_is_not_begun_anew_by_a_late_copy()
    {
        Files.OnWrite = (_, _) => TftpResult.Wait;
        _peer.Ask(2, "new");
        _peer.Data(1, 512);
        _peer.After(3000);
        Assert.Equal("", _peer.Ask(2, "new"));
        Assert.Empty(Results());
    }

    [Theory]
    [Statement("8-26")]
    [InlineData(1, "blksize 600", "oack blksize 600")]
    [InlineData(1, "windowsize 3", "oack windowsize 1")]
    [InlineData(2, "blksize 600", "oack blksize 600")]
    [InlineData(2, "", "ack 0")]
    public void A_repeated_request_gets_the_same_first_answer(int opcode, string options, string answer)
    {
        string[] pairs = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(answer, _peer.Ask(opcode, "long", pairs));
        Assert.Equal(answer, _peer.Ask(opcode, "long", pairs));
        Assert.Equal(1, Files.Opened);
    }

    [Fact]
    [Statement("8-27a")]
    public void The_next_request_from_the_same_port_ends_the_transfer_before()
    {
        _peer.Ask(1, "long");
        Assert.Equal("data 1 144", _peer.Ask(1, "head"));
        Assert.Equal([TftpResult.Aborted], Results());
        _peer.Acknowledge(1);
        Assert.Equal([TftpResult.Aborted, TftpResult.Ok], Results());
    }

    [Fact]
    public void The_same_file_may_be_written_again_from_the_same_port_at_once()
    {
        _peer.Ask(2, "new");
        _peer.Data(1, 3);
        Assert.Equal("ack 0", _peer.Ask(2, "new"));
        Assert.Equal("ack 1", _peer.Data(1, 4));
        Assert.Equal(4, Files.Written["new"].Length);
    }

    [Fact]
    [Statement("8-13", "8-14", "8-15")]
    public void One_peer_holds_at_most_half_of_the_slots_and_servers_all_but_one()
    {
        List<TftpPeer> peers = [];
        foreach (byte id in new byte[] { 2, 2, 2, 3, 3, 3 })
        {
            TftpPeer peer = new(_wire, _host, id, 3000 + peers.Count);
            peers.Add(peer);
            peer.Ask(1, "long");
        }

        // Two of four for the first peer, one for the second, and one left for ourselves.
        Assert.Equal([true, true, false, true, false, false], peers.Select(p => p.RemotePort != TftpPacket.Port));
        Assert.Equal(3, Service.Unanswered);
        Assert.NotNull(Start("a"));
        Assert.Null(Start("b"));

        // A peer that asks again gets in once a slot is free.
        peers[0].Say(TftpPeer.Packet(TftpPacket.Error, 0));
        Assert.Equal("data 1 512", peers[4].Ask(1, "long"));
    }

    [Fact]
    public void Our_own_transfers_leave_a_slot_to_peers()
    {
        Assert.NotNull(Start("a"));
        Assert.NotNull(Start("b"));
        Assert.NotNull(Start("c"));
        Assert.Null(Start("d"));
        Assert.Equal("data 1 144", _peer.Ask(1, "head"));
    }

    [Fact]
    public void A_service_of_one_slot_serves_both_sides_in_turn()
    {
        TftpHost small = new(_wire, 9, transfers: 1);
        small.Files.Readable["head"] = new byte[3];
        TftpPeer peer = new(_wire, small, 2);
        Assert.Equal("data 1 3", peer.Ask(1, "head"));
        Assert.Null(small.Service.StartRead(small.Address, 0, peer.Address, 0, "a", 0, 9, _wire.Now));
        peer.Acknowledge(1);
        Assert.NotNull(small.Service.StartRead(small.Address, 0, peer.Address, 0, "a", 0, 9, _wire.Now));
        Assert.Equal("", peer.Ask(1, "head"));
    }

    [Fact]
    public void Two_nodes_that_write_to_each_other_both_get_through_with_two_slots()
    {
        TftpHost a = new(_wire, 11, transfers: 2);
        TftpHost b = new(_wire, 12, transfers: 2);
        a.Write(b, "head", new byte[144]);
        b.Write(a, "head", new byte[144]);
        long start = _wire.Now;
        _wire.RunUntil(() => a.Files.Written.Count == 1 && b.Files.Written.Count == 1);
        Assert.InRange(_wire.Now - start, 0, 100);
    }

    [Fact]
    public void A_transfer_that_only_dallies_gives_up_its_slot_the_oldest_first()
    {
        List<TftpPeer> peers = [.. Enumerable.Range(0, 5).Select(i => new TftpPeer(_wire, _host, (byte)(20 + i)))];
        foreach (TftpPeer peer in peers)
        {
            peer.Ask(2, "new");
            Assert.Equal("ack 1", peer.Data(1, 3));
            _wire.Now += 10;
        }

        Assert.Equal(["", "ack 1", "ack 1", "ack 1", "ack 1"], peers.Select(p => p.Data(1, 3)));
        Assert.Equal(5, Files.Results.Count);
    }

    [Fact]
    public void A_session_that_ends_takes_its_transfers_along_in_silence()
    {
        TftpPeer other = new(_wire, _host, 3);
        _peer.Ask(1, "long");
        other.Ask(1, "long");
        Assert.NotNull(Start("a"));
        _wire.Log!.Clear();
        Service.AbortRemote(_peer.Address, 0);
        Assert.Empty(_wire.Log);
        Assert.Equal([TftpResult.Aborted, TftpResult.Aborted], Results());
        Assert.Equal("data 2 512", other.Acknowledge(1));
    }

    [Fact]
    public void An_abort_tells_the_peer()
    {
        _peer.Ask(1, "long");
        TftpTransfer transfer = Active().Single();
        Assert.Equal("error 2", _peer.Heard(() => Service.Abort(transfer, TftpError.AccessViolation)));
        Assert.Equal("", _peer.Heard(() => Service.Abort(transfer, TftpError.AccessViolation)));
        Assert.Equal([TftpError.AccessViolation], Results());
    }

    [Fact]
    public void A_file_that_changed_aborts_its_transfer_when_the_next_block_is_read()
    {
        _peer.Ask(1, "long");
        Files.OnRead = transfer => Service.Abort(transfer, TftpError.NotDefined);
        Assert.Equal("error 0", _peer.Acknowledge(1));
        Assert.Equal([TftpError.NotDefined], Results());
    }

    [Fact]
    public void A_write_may_abort_its_own_transfer()
    {
        Files.OnWrite = (transfer, _) =>
        {
            Service.Abort(transfer, TftpError.DiskFull);
            return TftpResult.Ok;
        };
        _peer.Ask(2, "new");
        Assert.Equal("error 3", _peer.Data(1, 512));
        Assert.Equal([TftpError.DiskFull], Results());
    }

    [Fact]
    public void A_closed_port_ends_the_transfer_that_it_belongs_to()
    {
        _peer.Ask(1, "long");
        byte[] other = TftpWire.AddressOf(3);
        Service.PortUnreachable(_peer.RemotePort + 1, _peer.Address, 0, _peer.Port);
        Service.PortUnreachable(_peer.RemotePort, other, 0, _peer.Port);
        Service.PortUnreachable(_peer.RemotePort, _peer.Address, 0, _peer.Port + 1);
        Assert.Empty(Results());
        Service.PortUnreachable(_peer.RemotePort, _peer.Address, 0, _peer.Port);
        Assert.Equal([TftpResult.PortUnreachable], Results());
    }

    [Fact]
    public void A_transfer_may_be_started_when_another_closes()
    {
        Files.OnClosed = (_, _) => Assert.NotNull(Start("next"));
        _peer.Ask(1, "head");
        Assert.Equal("rrq next octet tsize 0 blksize 1228", _peer.Acknowledge(1));
    }

    private TftpTransfer? Start(string name)
    {
        TftpTransfer? transfer = Service.StartRead(
            _host.Address, 0, _peer.Address, 0, name, Files.Add(name, []), 10_000, _wire.Now);
        return transfer == null ? null : Files.Started(transfer);
    }

    private IEnumerable<TftpTransfer> Active()
    {
        return Enumerable.Range(0, Service.Capacity).Select(Service.At).Where(t => t.IsActive);
    }

    // Opens a transfer of "long" and moves it on by a block. Returns the service's port.
    private int Begin(int opcode, string answer)
    {
        Assert.Equal(answer, _peer.Ask(opcode, "long"));
        int port = _peer.RemotePort;
        Assert.Equal(opcode == 1 ? "data 2 512" : "ack 1", opcode == 1 ? _peer.Acknowledge(1) : _peer.Data(1, 512));
        return port;
    }

    private IEnumerable<int> Results()
    {
        return Files.Results.Select(r => r.Result);
    }
}
