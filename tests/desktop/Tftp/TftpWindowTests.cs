using System;
using System.Linq;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>Windows (RFC 7440) of one service against a peer played by hand.</summary>
public class TftpWindowTests
{
    private const int Window = 4;

    private readonly TftpWire _wire = new();
    private readonly TftpHost _host;
    private readonly TftpPeer _peer;
    private readonly TftpHost _remote;

    public TftpWindowTests()
    {
        _host = new TftpHost(_wire, 1, transfers: 8, window: Window);
        _host.Files.Readable["long"] = new byte[5000];
        _remote = new TftpHost(new TftpWire(), 2);
        _peer = new TftpPeer(_wire, _host, 2);
    }

    [Theory]
    [InlineData("windowsize 1", "oack windowsize 1")]
    [InlineData("windowsize 3", "oack windowsize 3")]
    [InlineData("WindowSize 3", "oack windowsize 3")]
    [InlineData("windowsize 4", "oack windowsize 4")]
    [InlineData("windowsize 5", "oack windowsize 4")]
    [InlineData("windowsize 65535", "oack windowsize 4")]
    [InlineData("windowsize 3 windowsize 2", "oack windowsize 2")]
    [InlineData("windowsize 0", "data 1 512")]
    [InlineData("windowsize 65536", "data 1 512")]
    [InlineData("windowsize 99999999999", "data 1 512")]
    [InlineData("windowsize -1", "data 1 512")]
    [InlineData("windowsize four", "data 1 512")]
    [InlineData("windowsize", "data 1 512")]
    [InlineData("windowsize 2 blksize 600 tsize 0", "oack tsize 5000 blksize 600 windowsize 2")]
    public void A_window_is_answered_in_the_acknowledgment_of_options(string options, string answer)
    {
        Assert.Equal(answer, _peer.Ask(1, "long", options.Split(' ')));
    }

    [Fact]
    public void A_sender_sends_a_window_for_each_acknowledgment()
    {
        Read("4");
        Assert.Equal(Blocks(1, 4), _peer.Acknowledge(0));
        Assert.Equal(Blocks(5, 8), _peer.Acknowledge(4));
        Assert.Equal("data 9 512 data 10 392", _peer.Acknowledge(8));
        Assert.Equal("", _peer.Acknowledge(10));
        Assert.Equal([TftpResult.Ok], Results());
    }

    [Fact]
    [Statement("8-10")]
    public void A_sender_goes_on_behind_a_block_that_was_acknowledged_within_the_window()
    {
        Read("4");
        _peer.Acknowledge(0);
        Assert.Equal(Blocks(3, 6), _peer.Acknowledge(2));
        Assert.Equal(Blocks(7, 9) + " data 10 392", _peer.Acknowledge(6));
    }

    [Fact]
    [Statement("8-11")]
    public void The_loss_of_the_first_block_of_a_window_is_repaired_without_a_timeout_and_once()
    {
        Read("4");
        _peer.Acknowledge(0);
        _peer.Acknowledge(4);
        Assert.Equal(Blocks(5, 8), _peer.Acknowledge(4));
        Assert.Equal("", _peer.Acknowledge(4));
        Assert.Equal("", _peer.Acknowledge(4));
        Assert.Equal("", _peer.Acknowledge(4));
        Assert.Equal("data 9 512 data 10 392", _peer.Acknowledge(8));
        Assert.Equal("data 9 512 data 10 392", _peer.Acknowledge(8));
    }

    [Fact]
    [Statement("8-11")]
    public void A_duplicate_acknowledgment_sends_no_block_again_where_the_window_is_one_block()
    {
        Read("1");
        Assert.Equal("data 1 512", _peer.Acknowledge(0));
        Assert.Equal("", _peer.Acknowledge(0));
        Assert.Equal("data 2 512", _peer.Acknowledge(1));
        Assert.Equal("", _peer.Acknowledge(1));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(1000)]
    [InlineData(65535)]
    public void An_acknowledgment_of_a_block_that_was_never_sent_does_nothing(int number)
    {
        Read("4");
        Assert.Equal("", _peer.Acknowledge(number));
        Assert.Equal(Blocks(1, 4), _peer.Acknowledge(0));
        Assert.Equal("", _peer.Acknowledge(number));
        Assert.Equal(Blocks(5, 8), _peer.Acknowledge(4));
    }

    [Fact]
    public void A_silent_reader_gets_the_window_again()
    {
        Read("3");
        _peer.Acknowledge(0);
        Assert.Equal(Blocks(4, 6), _peer.Acknowledge(3));
        Assert.Equal(Blocks(4, 6), _peer.After(250));
        Assert.Equal(Blocks(4, 6), _peer.After(500));

        // After a timeout the loss of the first block is again repaired at once.
        Assert.Equal(Blocks(4, 6), _peer.Acknowledge(3));
        Assert.Equal("", _peer.Acknowledge(3));
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 5)]
    [InlineData(3, 4)]
    [InlineData(4, 3)]
    public void A_receiver_sends_one_acknowledgment_for_a_window_when_nothing_is_lost(int window, int expected)
    {
        Write(window);
        string[] answers = [.. Enumerable.Range(1, 10).Select(i => _peer.Data(i, i < 10 ? 512 : 392))];
        Assert.Equal(expected, answers.Count(a => a.Length != 0));
        Assert.Equal("ack 10", answers[^1]);
        Assert.Equal([TftpResult.Ok], Results());
        Assert.Equal(5000, _host.Files.Written["new"].Length);
    }

    [Fact]
    [Statement("8-9")]
    public void A_receiver_tells_of_a_gap_once_and_the_window_begins_anew()
    {
        Write(4);
        Assert.Equal("", _peer.Data(1, 512));
        Assert.Equal("ack 1", _peer.Data(3, 512));
        Assert.Equal("", _peer.Data(4, 512));
        Assert.Equal("", _peer.Data(2, 512));
        Assert.Equal("", _peer.Data(3, 512));
        Assert.Equal("", _peer.Data(4, 512));
        Assert.Equal("ack 5", _peer.Data(5, 512));
    }

    [Fact]
    [Statement("8-9")]
    public void A_receiver_tells_of_a_gap_again_when_the_window_comes_again_with_one()
    {
        Write(4);
        Assert.Equal("ack 0", _peer.Data(2, 512));
        Assert.Equal("", _peer.Data(3, 512));
        Assert.Equal("", _peer.Data(4, 512));
        Assert.Equal("ack 0", _peer.Data(2, 512));
        Assert.Equal("", _peer.Data(3, 512));
    }

    [Fact]
    [Statement("8-12")]
    public void The_last_block_of_the_last_window_is_acknowledged_again_when_its_sender_is_late()
    {
        Write(2);
        _peer.Data(1, 512);
        Assert.Equal("ack 2", _peer.Data(2, 512));

        // The network has doubled it.
        Assert.Equal("", _peer.Data(2, 512));

        // The acknowledgment was lost, and the sender sends the window again.
        _peer.After(250);
        Assert.Equal("", _peer.Data(1, 512));
        Assert.Equal("ack 2", _peer.Data(2, 512));
        Assert.Equal("", _peer.Data(3, 512));
    }

    [Fact]
    public void Blocks_beyond_the_window_or_long_before_it_are_ignored()
    {
        Write(3);
        Assert.Equal("", _peer.Data(1, 512));
        Assert.Equal("", _peer.Data(5, 512));
        Assert.Equal("", _peer.Data(0, 512));
        Assert.Equal("", _peer.Data(60_000, 512));
        Assert.Equal("", _peer.Data(2, 512));
        Assert.Equal("ack 3", _peer.Data(3, 512));
    }

    [Fact]
    public void A_receiver_that_hears_nothing_tells_what_it_has()
    {
        Write(4);
        _peer.Data(1, 512);
        _peer.Data(2, 512);
        Assert.Equal("ack 2", _peer.After(500));

        // The next window starts there.
        _peer.Data(3, 512);
        _peer.Data(4, 512);
        _peer.Data(5, 512);
        Assert.Equal("ack 6", _peer.Data(6, 512));
    }

    [Fact]
    public void A_block_that_waits_for_its_verdict_ends_the_window()
    {
        _host.Files.OnWrite = (transfer, _) => transfer.Position == 0 ? TftpResult.Wait : TftpResult.Ok;
        Write(3);
        Assert.Equal("", _peer.Data(1, 512));
        Assert.Equal("", _peer.Data(2, 512));
        Assert.Equal("", _peer.Data(3, 512));
        TftpTransfer transfer = _host.Service.At(0);
        Assert.Equal("ack 1", _peer.Heard(() => _host.Service.Resume(transfer, TftpResult.Ok, _wire.Now)));
        Assert.Equal("", _peer.Data(2, 512));
        Assert.Equal("", _peer.Data(3, 512));
        Assert.Equal("ack 4", _peer.Data(4, 512));
    }

    [Fact]
    public void The_files_may_accept_a_smaller_window()
    {
        _host.Files.OnOpen = (transfer, _) =>
        {
            Assert.Equal(Window, transfer.LargestWindow);
            transfer.LargestWindow = 1;
            return TftpResult.Ok;
        };
        Assert.Equal("oack windowsize 1", _peer.Ask(2, "new", "windowsize", "4"));
    }

    [Fact]
    [Statement("8-7")]
    public void All_that_receive_have_their_windows_together()
    {
        TftpHost device = new(_wire, 3, transfers: 2, window: 4, receiveWindows: 4);
        device.Files.Readable["long"] = new byte[5000];
        TftpPeer peer = new(_wire, device, 2);
        Assert.Equal("oack windowsize 4", peer.Ask(1, "long", "windowsize", "9"));
        Assert.Equal(
            "rrq big octet tsize 0 blksize 1228 windowsize 3", peer.Heard(() => device.Read(_remote, "big")));
        peer.RemotePort = TftpPacket.Port;
        Assert.Equal("oack windowsize 1", peer.Ask(2, "a", "windowsize", "9"));
        device.Service.AbortRemote(_remote.Address, 0);
        Assert.Equal("oack windowsize 3", peer.Ask(2, "b", "windowsize", "9"));
        Assert.Equal(
            "rrq big octet tsize 0 blksize 1228", peer.Heard(() => device.Read(_remote, "big")));
    }

    [Fact]
    [Statement("8-4", "8-5")]
    public void A_client_asks_for_a_window_where_there_is_more_than_a_block()
    {
        Assert.Equal("rrq big octet tsize 0 blksize 1228 windowsize 4", Client(() => _host.Read(_remote, "big")));
        Assert.Equal(
            "rrq big octet tsize 0 blksize 1228", Client(() => _host.Read(_remote, "big", maxSize: 1227)));
        Assert.Equal("rrq head octet", Client(() => _host.Read(_remote, "head", maxSize: 511)));
        Assert.Equal(
            "wrq big octet tsize 1228 blksize 1228 windowsize 4",
            Client(() => _host.Write(_remote, "big", new byte[1228])));
        Assert.Equal("wrq head octet", Client(() => _host.Write(_remote, "head", new byte[511])));
    }

    [Theory]
    [InlineData("windowsize 4", "ack 0")]
    [InlineData("windowsize 2", "ack 0")]
    [InlineData("WINDOWSIZE 2 BlkSize 600 tsize 3000", "ack 0")]
    [InlineData("tsize 3000 windowsize 2", "ack 0")]
    [InlineData("tsize 3000", "ack 0")]
    [InlineData("windowsize 5", "error 8")]
    [InlineData("windowsize 65535", "error 8")]
    public void A_client_takes_a_smaller_window_or_none_in_any_order(string options, string answer)
    {
        Client(() => _host.Read(_remote, "big"));
        Assert.Equal(answer, _peer.Say(TftpPeer.OptionAcknowledgment(options.Split(' '))));
    }

    [Fact]
    public void A_client_reads_with_the_window_that_was_answered()
    {
        Client(() => _host.Read(_remote, "big"));
        Assert.Equal("ack 0", _peer.Say(TftpPeer.OptionAcknowledgment("windowsize", "3")));
        Assert.Equal("", _peer.Data(1, 512));
        Assert.Equal("", _peer.Data(2, 512));
        Assert.Equal("ack 3", _peer.Data(3, 512));
        Assert.Equal("ack 4", _peer.Data(4, 511));
    }

    [Fact]
    public void A_client_writes_with_the_window_that_was_answered()
    {
        Client(() => _host.Write(_remote, "big", new byte[5000]));
        Assert.Equal(Blocks(1, 3), _peer.Say(TftpPeer.OptionAcknowledgment("windowsize", "3")));
        Assert.Equal(Blocks(4, 6), _peer.Acknowledge(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_client_tries_once_without_options_after_an_error_that_may_be_about_them(int code)
    {
        Client(() => _host.Read(_remote, "big"));
        Assert.Equal("rrq big octet", Error(code));
        Assert.Equal("", Error(code));
        Assert.Equal([code], Results());
    }

    [Theory]
    [Statement("8.4-14")]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_request_that_wants_a_response_is_not_sent_again_without(int code)
    {
        Assert.Equal(
            "wrq request octet response 1", Client(() => _host.Write(_remote, "request", new byte[3], true)));
        Assert.Equal("", Error(code));
        Assert.Equal([code], Results());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void A_client_takes_other_errors_as_they_are(int code)
    {
        Client(() => _host.Read(_remote, "big"));
        Assert.Equal("", Error(code));
        Assert.Equal([code], Results());
    }

    private static string Blocks(int first, int last)
    {
        return string.Join(' ', Enumerable.Range(first, last - first + 1).Select(i => $"data {i} 512"));
    }

    private void Read(string window)
    {
        Assert.Equal($"oack windowsize {window}", _peer.Ask(1, "long", "windowsize", window));
    }

    private void Write(int window)
    {
        Assert.Equal($"oack windowsize {window}", _peer.Ask(2, "new", "windowsize", $"{window}"));
    }

    private string Client(Action start)
    {
        _peer.Port = 2000;
        return _peer.Heard(start);
    }

    private string Error(int code)
    {
        _peer.Port++;
        return _peer.Say(TftpPeer.Packet(TftpPacket.Error, code, 0));
    }

    private int[] Results()
    {
        return [.. _host.Files.Results.Select(r => r.Result)];
    }
}
