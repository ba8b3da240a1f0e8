using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.Mesh;
using Spore.Services;
using Spore.SignedNetwork;
using Spore.Tests.Tftp;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Requests and their responses (PROTOCOL section 8.4), between nodes.</summary>
public class RequestTests : IRequestHandler
{
    private const int Size = 512;

    private readonly Mesh _mesh = new();
    private readonly MeshNode _server;
    private readonly MeshNode _client;
    private readonly MeshNode _other;
    private readonly List<(long Number, string Key, string Body)> _handled = [];

    // What the handler answers at once, or null.
    private byte[]? _response = "world"u8.ToArray();

    public RequestTests()
    {
        _server = _mesh.Add(1);
        _client = _mesh.Add(2);
        _other = _mesh.Add(3);
        byte[] network = Mesh.NetworkOf(1, [_server, _client, _other]);
        foreach (MeshNode node in new[] { _server, _client, _other })
        {
            Assert.Equal(NetworkFault.None, node.Load(network));
            node.Node.Files = new MemoryFiles();
        }

        _server.Node.HandleRequests(this, 1, Size);
        _mesh.Run(5_000);
    }

    void IRequestHandler.Handle(long number, byte[] key, int keyOffset, byte[] body, int offset, int length)
    {
        _handled.Add(
            (number, Convert.ToHexString(key, keyOffset, 32), Encoding.ASCII.GetString(body, offset, length)));
        if (_response != null)
        {
            Assert.Equal(number != 0, _server.Node.Respond(number, _response, 0, _response.Length, _mesh.Now));
        }
    }

    [Fact]
    [Statement("8-34", "8-35", "8.4-1", "8.4-2")]
    public void A_request_is_answered_in_the_file_that_its_acknowledgment_names()
    {
        long number = Ask(_client, "hello");
        Assert.Equal([(number, Convert.ToHexString(_client.Key), "hello")], _handled);
        Assert.Equal("world", Response(_client, number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    public void An_empty_request_and_an_empty_response_are_whole(string body)
    {
        _response = [];
        long number = Ask(_client, body);
        Assert.Equal(body, _handled.Single().Body);
        Assert.Equal("", Response(_client, number));
    }

    [Fact]
    [Statement("8.4-3")]
    public void Without_the_option_the_body_is_delivered_and_nothing_is_kept()
    {
        Assert.Equal(0, Ask(_client, "hello", wantsResponse: false));
        Assert.Equal((0L, "hello"), (_handled.Single().Number, _handled.Single().Body));
        Assert.Equal(TftpResult.Ok, Result(_other, Request(_other, "next", wantsResponse: false)));
    }

    [Fact]
    [Statement("8-35", "8.4-4", "8.4-6")]
    public void Only_the_key_that_wrote_the_request_can_read_the_response()
    {
        long number = Ask(_client, "hello");
        Assert.Equal(TftpError.FileNotFound, Result(_other, Read(_other, number)));
        Assert.Equal(TftpError.FileNotFound, Result(_client, Read(_client, number ^ 1)));
        Assert.Equal("world", Response(_client, number));
    }

    [Fact]
    [Statement("8.4-5", "8.4-6")]
    public void A_response_can_be_read_again_for_30_s()
    {
        long number = Ask(_client, "hello");
        long start = _mesh.Now;
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("world", Response(_client, number));
            _mesh.Run(7_000);
        }

        _mesh.Run(30_100 - (_mesh.Now - start));
        Assert.Equal(TftpError.FileNotFound, Result(_client, Read(_client, number)));
    }

    [Fact]
    [Statement("8.4-7")]
    public void A_read_waits_for_the_response()
    {
        _response = null;
        long number = Ask(_client, "hello");
        TftpTransfer read = Read(_client, number);
        _mesh.Run(20_000);
        Assert.True(read.IsActive);
        Assert.True(_server.Node.Respond(number, "later"u8.ToArray(), 0, 5, _mesh.Now));
        Assert.Equal(TftpResult.Ok, Result(_client, read, 100));
        Assert.Equal("later", Content(_client, number));
    }

    [Fact]
    [Statement("8.4-7")]
    public void A_read_that_waits_for_more_than_25_s_gets_error_0_and_may_come_again()
    {
        _response = null;
        long number = Ask(_client, "hello");
        long start = _mesh.Now;
        Assert.Equal(TftpError.NotDefined, Result(_client, Read(_client, number)));
        Assert.InRange(_mesh.Now - start, 25_000, 25_200);
        TftpTransfer again = Read(_client, number);
        _mesh.Run(1_000);
        Assert.True(_server.Node.Respond(number, "later"u8.ToArray(), 0, 5, _mesh.Now));
        Assert.Equal(TftpResult.Ok, Result(_client, again));
    }

    [Fact]
    [Statement("8-41", "8.4-5a", "8.4-9", "8.4-11", "8.4-12")]
    public void The_next_request_has_to_wait_until_the_response_was_read()
    {
        long number = Ask(_client, "hello");
        Assert.Equal(TftpError.NotDefined, Result(_client, Request(_client, "more")));
        Assert.Equal(TftpError.NotDefined, Result(_other, Request(_other, "more")));
        Assert.Equal("world", Response(_client, number));
        Assert.Equal(TftpResult.Ok, Result(_other, Request(_other, "more")));
        Assert.Equal(TftpError.FileNotFound, Result(_client, Read(_client, number)));
        Assert.Equal(["hello", "more"], _handled.Select(h => h.Body));
    }

    [Fact]
    [Statement("8.4-9")]
    public void Or_until_its_time_is_over()
    {
        Result(_client, Request(_client, "hello"));
        _mesh.Run(29_000);
        Assert.Equal(TftpError.NotDefined, Result(_other, Request(_other, "more")));
        _mesh.Run(1_500);
        Assert.Equal(TftpResult.Ok, Result(_other, Request(_other, "more")));
    }

    [Fact]
    [Statement("8.4-9")]
    public void A_handler_that_never_answers_keeps_the_next_request_away_for_a_minute()
    {
        _response = null;
        long number = Ask(_client, "hello");
        _mesh.Run(59_000);
        Assert.Equal(TftpError.NotDefined, Result(_other, Request(_other, "more")));
        _mesh.Run(1_500);
        Assert.False(_server.Node.Respond(number, [1], 0, 1, _mesh.Now));
        Assert.Equal(TftpResult.Ok, Result(_other, Request(_other, "more")));
    }

    [Fact]
    [Statement("8.4-9", "8.4-10")]
    public void A_handler_that_has_no_answer_ends_the_request_and_the_reads_that_wait_for_it()
    {
        _response = null;
        long number = Ask(_client, "hello");
        TftpTransfer read = Read(_client, number);
        _mesh.Run(1_000);
        Assert.True(_server.Node.Respond(number, null, 0, 0, _mesh.Now));
        Assert.Equal(TftpError.NotDefined, Result(_client, read, 100));
        Assert.False(_server.Node.Respond(number, null, 0, 0, _mesh.Now));
        Assert.Equal(TftpError.FileNotFound, Result(_client, Read(_client, number)));
        Assert.NotEqual(number, Ask(_other, "more"));
    }

    [Fact]
    [Statement("8.4-11")]
    public void A_node_with_room_for_more_answers_several_peers_and_one_request_of_each()
    {
        _server.Node.HandleRequests(this, 2, Size);
        long first = Ask(_client, "first");
        long second = Ask(_other, "second");
        Assert.Equal(TftpError.NotDefined, Result(_client, Request(_client, "more")));
        Assert.Equal("world", Response(_client, first));
        Assert.Equal("world", Response(_other, second));
    }

    [Fact]
    [Statement("8-39")]
    public void A_request_or_a_response_that_is_too_long_is_refused()
    {
        Assert.Equal(TftpError.DiskFull, Result(_client, Request(_client, new string('x', Size + 1))));
        Assert.Empty(_handled);
        _response = null;
        long number = Ask(_client, new string('x', Size));
        Assert.Equal(new string('x', Size), _handled.Single().Body);
        Assert.False(_server.Node.Respond(number, new byte[Size + 1], 0, Size + 1, _mesh.Now));
        Assert.True(_server.Node.Respond(number, new byte[Size - 1], 0, Size - 1, _mesh.Now));
        Assert.Equal(Size - 1, Response(_client, number).Length);
    }

    [Fact]
    [Statement("8-34", "8.4-13")]
    public void A_node_without_a_handler_and_a_guest_get_error_2()
    {
        Assert.Equal(TftpError.AccessViolation, Result(_client, Request(_client, "hello", to: _other)));
        Stranger guest = _mesh.AddStranger(20);
        Assert.True(guest.Connect(_server));
        Assert.Equal(TftpError.AccessViolation, guest.Write("request", [1, 2, 3]).Error);
        Assert.Empty(_handled);
    }

    [Fact]
    [Statement("8.4-4")]
    public void A_response_is_read_over_a_rekey()
    {
        // Two minutes are the time of a key, so that the one after the next comes while the response can be read.
        int first = _client.Count(NodeEvent.SessionUp);
        TalkUntil(() => _client.Count(NodeEvent.SessionUp) > first, 130);
        int before = _client.Count(NodeEvent.SessionUp);
        TalkUntil(() => false, 100);
        long number = Ask(_client, "hello");
        TalkUntil(() => _client.Count(NodeEvent.SessionUp) > before, 29);
        Assert.Equal(before + 1, _client.Count(NodeEvent.SessionUp));
        Assert.Equal("world", Response(_client, number));

        void TalkUntil(Func<bool> done, int seconds)
        {
            for (int i = 0; i < seconds && !done(); i++)
            {
                _client.Send(InnerPacket.Udp([10, 0, 0, 2], [10, 0, 0, 1], 1, 2, 3));
                _server.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3));
                _mesh.Run(1_000);
            }
        }
    }

    [Fact]
    [Statement("8-36")]
    public void A_file_of_the_application_is_read_and_written_by_members_only()
    {
        MemoryFiles files = (MemoryFiles)_server.Node.Files!;
        files.Readable["files/a"] = "content"u8.ToArray();
        MemoryFiles own = (MemoryFiles)_client.Node.Files!;
        TftpTransfer read = Start(_client, () => _client.Node.Read(
            _server.Key, 0, "files/a", own.Add("a", []), 1000, _mesh.Now));
        Assert.Equal(TftpResult.Ok, Result(_client, read));
        Assert.Equal("content", Encoding.ASCII.GetString(own.Written["a"]));
        TftpTransfer write = Start(_client, () => _client.Node.Write(
            _server.Key, 0, "files/b", own.Add("b", "more"u8.ToArray()), 4, false, _mesh.Now));
        Assert.Equal(TftpResult.Ok, Result(_client, write));
        Assert.Equal("more", Encoding.ASCII.GetString(files.Written["files/b"]));

        Stranger guest = _mesh.AddStranger(20);
        Assert.True(guest.Connect(_server));
        Assert.Equal(TftpError.FileNotFound, guest.Read("files/a").Error);
        Assert.Equal(TftpError.AccessViolation, guest.Write("files/b", [1]).Error);
    }

    // Names of the node are never the application's.
    [Fact]
    public void The_application_does_not_see_the_names_of_the_node()
    {
        MemoryFiles files = (MemoryFiles)_server.Node.Files!;
        files.OnOpen = (_, name) => throw new InvalidOperationException(name);
        Stranger member = _mesh.AddStranger(4);
        Assert.Equal(NetworkFault.None, _server.Load(Mesh.NetworkOf(2, [_server, member])));
        Assert.True(member.Connect(_server));
        Assert.True(member.Read("head").IsComplete);
        Assert.True(member.Read("network").IsComplete);
        Assert.True(member.Read("status").IsComplete);
        Assert.Equal(TftpError.FileNotFound, member.Read("response/0123456789abcdef").Error);
        Assert.True(member.Write("request", [1]).IsComplete);
    }

    // Writes a request, and returns the number of its response.
    private long Ask(MeshNode from, string body, bool wantsResponse = true)
    {
        TftpTransfer request = Request(from, body, wantsResponse);
        Assert.Equal(TftpResult.Ok, Result(from, request));
        return request.Response;
    }

    private TftpTransfer Request(MeshNode from, string body, bool wantsResponse = true, MeshNode? to = null)
    {
        MemoryFiles files = (MemoryFiles)from.Node.Files!;
        byte[] content = Encoding.ASCII.GetBytes(body);
        return Start(from, () => from.Node.Write(
            (to ?? _server).Key,
            0,
            "request",
            files.Add("request", content),
            content.Length,
            wantsResponse,
            _mesh.Now));
    }

    private TftpTransfer Read(MeshNode from, long number)
    {
        MemoryFiles files = (MemoryFiles)from.Node.Files!;
        string name = $"response/{number:x16}";
        return Start(from, () => from.Node.Read(_server.Key, 0, name, files.Add(name, []), Size - 1, _mesh.Now));
    }

    private string Response(MeshNode from, long number)
    {
        Assert.Equal(TftpResult.Ok, Result(from, Read(from, number)));
        return Content(from, number);
    }

    private static string Content(MeshNode from, long number) =>
        Encoding.ASCII.GetString(((MemoryFiles)from.Node.Files!).Written[$"response/{number:x16}"]);

    // Starts a transfer as soon as there is a session.
    private TftpTransfer Start(MeshNode from, Func<TftpTransfer?> start)
    {
        TftpTransfer? transfer = null;
        for (int i = 0; i < 100 && (transfer = start()) == null; i++)
        {
            _mesh.Run(100);
        }

        return ((MemoryFiles)from.Node.Files!).Started(transfer);
    }

    private int Result(MeshNode from, TftpTransfer transfer, int limit = 60_000)
    {
        MemoryFiles files = (MemoryFiles)from.Node.Files!;
        Assert.True(_mesh.RunUntil(() => !transfer.IsActive, limit));
        return files.Results.Last(r => r.Transfer == transfer).Result;
    }
}
