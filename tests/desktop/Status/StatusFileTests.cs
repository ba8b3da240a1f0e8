using System.Collections.Generic;
using System.IO;
using System.Text;
using Spore.Hostsim.Display;
using Spore.Hostsim.Status;
using Xunit;

namespace Spore.Tests.Status;

/// <summary>The file <c>status</c> as programs and people read it.</summary>
public class StatusFileTests
{
    private const string Key = "30f4bf677ffc6b476578c1ecbd68acb689a925b0eb8a732e43461dd89563da30";

    private static readonly string _text = $"""
        state=fresh
        reason=witnesses agree
        version=3.12
        sessions=1
        confirmed_by=2
        since_boot=7
        firmware=1.2.3
        heap=
        uptime=93784
        due_checks=0
        due_secrets=2
        due_keys=1
        due_pairs=0
        in=1234
        out=5678901
        invalid=1
        replayed=2
        limited=3
        dropped=4
        future=x
        peer={Key} label=shed%20two%25 endpoint=[fe80::1%2]:51820 session=61 version=3.12 in=9 out=10 future=y
        peer={Key.Replace('3', 'a')} label= endpoint= session= version= in=0 out=0
        peers_omitted=5

        """;

    [Fact]
    public void Every_line_is_read_and_unknown_ones_are_skipped()
    {
        StatusFile status = Read(_text);
        Assert.Equal(("fresh", "witnesses agree", "1.2.3"), (status.State, status.Reason, status.Firmware));
        Assert.Equal((3UL << 48) | 12, status.Version);
        Assert.Equal((93784L, 2L, null), (
            status.Number("uptime"), status.Number("due_secrets"), status.Number("heap")));
        Assert.Equal(5L, status.Number("peers_omitted"));
        Assert.Equal(2, status.Peers.Count);
        Assert.Equal("MPS/Z3/8a0dleMHsvWistompJbDrinMuQ0Yd2JVj2jA=", status.Peers[0].Key);
        Assert.Equal(("shed two%", 61L, status.Version), (
            status.Peers[0].Label, status.Peers[0].Session, status.Peers[0].Version));
        Assert.Equal("[fe80::1%2]:51820", status.Peers[0].Endpoint!.ToString());
        Assert.Equal((null, null, null, 0UL), (
            status.Peers[1].Label, status.Peers[1].Endpoint, status.Peers[1].Session, status.Peers[1].Version));
    }

    [Fact]
    public void A_node_that_means_harm_writes_nothing_but_plain_lines()
    {
        StatusFile status = Read(
            $"""
            state={'\u001b'}[2Jfresh
            version=x
            uptime=-1
            in=99999999999999999999
            peer={Key} label=%1b[31m%0a%e2%80%ae endpoint=nowhere session=x version=y
            peer=zz
            peer={Key[1..]}g

            """);
        Assert.Equal("?[2Jfresh", status.State);
        Assert.Equal((0UL, null, null), (status.Version, status.Number("uptime"), status.Number("in")));
        StatusPeer peer = Assert.Single(status.Peers);
        Assert.Equal("?[31m??", peer.Label);
        Assert.Null(peer.Endpoint);
    }

    [Fact]
    public void A_text_without_an_end_is_cut_off_and_a_peer_counts_once()
    {
        string text = new('x', 10_000);
        StatusFile status = Read(
            $"state={text}\nreason={text}\npeer={Key} label={text} in=1\npeer={Key} label=other in=2\n");
        string cut = text[..StatusFile.LongestText] + "...";
        StatusPeer peer = Assert.Single(status.Peers);
        Assert.Equal((cut, cut, cut, 1L), (status.State, status.Reason, peer.Label, peer.Received));
    }

    [Fact]
    public void Of_a_key_the_first_line_counts() => Assert.Equal("fresh", Read("state=fresh\nstate=behind\n").State);

    [Theory]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min 0 s")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(3600 + (2 * 60) + 59, "1 h 2 min")]
    [InlineData(86_399, "23 h 59 min")]
    [InlineData((2 * 86_400) + (5 * 3600) + 3599, "2 d 5 h")]
    public void A_duration_has_its_two_largest_units(long seconds, string text) =>
        Assert.Equal(text, StatusView.Age(seconds));

    [Fact]
    public void Programs_get_it_with_the_names_of_the_file()
    {
        Dictionary<string, object?> json = StatusJson.Of(Read(_text));
        Assert.Equal(("fresh", "3.12", "844424930131980", 1234L, 5L, null), (
            json["state"], json["version"], json["version_number"], json["in"], json["peers_omitted"], json["heap"]));
        Dictionary<string, object?>[] peers = [.. (IEnumerable<Dictionary<string, object?>>)json["peers"]!];
        Assert.Equal(("shed two%", "[fe80::1%2]:51820", 61L, "3.12", 9L, 10L), (
            peers[0]["label"], peers[0]["endpoint"], peers[0]["session"], peers[0]["version"], peers[0]["in"],
            peers[0]["out"]));
        Assert.Equal((null, null, null, null), (
            peers[1]["label"], peers[1]["endpoint"], peers[1]["session"], peers[1]["version"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("version=1\n")]
    [InlineData("\0\0\0")]
    public void A_file_without_a_state_is_none(string text) =>
        Assert.Throws<InvalidDataException>(() => Read(text));

    [Fact]
    public void Netascii_is_read_too() => Assert.Equal("1.2.3", Read(_text.Replace("\n", "\r\n")).Firmware);

    [Fact]
    public void People_get_it_as_a_list_and_a_table()
    {
        using StringWriter text = new();
        StatusView.Write(PlainConsole.Of(text), "shed", Read(_text));
        Assert.Equal(
            """
            Node       shed
            State      fresh: witnesses agree
            Version    3.12
            Confirmed  by 2 witnesses within the hour, 7 times since start
            Sessions   1
            Up         1 d 2 h
            Due        2 secrets, 1 keys
            Traffic    1.2 kB in, 5.7 MB out
            Dropped    1 not authentic, 2 replayed, 3 over a rate, 4 inner packets
            Program    1.2.3

            Peer         Endpoint             Session  Version   In   Out
            oPS/Z3/8...  -                          -        -  0 B   0 B
            shed two%    [fe80::1%2]:51820  1 min 1 s     3.12  9 B  10 B
            5 more peers are left out: the file status has no room for them.

            """,
            text.ToString().Replace("\r", ""));
    }

    private static StatusFile Read(string text) => StatusFile.Read(Encoding.UTF8.GetBytes(text));
}
