using System.Linq;
using System.Text;
using Spore.Hostsim.Status;
using Spore.Hostsim.Transfers;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Status;

/// <summary>What follows of a peer from the status and the network alone.</summary>
public class PublicReportTests
{
    private static readonly StatusFile _status = StatusFile.Read(Encoding.ASCII.GetBytes("state=fresh\nversion=3\n"));

    [Theory]
    [InlineData("7", 2)]
    [InlineData("gate", 1)]
    [InlineData("10.0.0.9", 1)]
    [InlineData("10.0.1.1", 2)]
    [InlineData("10.0.0.2", 2)]
    public void A_peer_is_found_by_its_label_before_its_longest_prefix(string whom, byte number) =>
        Assert.Equal(KeyText.Format(Key(number)), PublicReport.Of(whom, _status, Network(), null, Tunnel()).Peer.Key);

    [Theory]
    [InlineData("192.0.2.1", "no member has the address '192.0.2.1'")]
    [InlineData("8", "no member has the address '8'")]
    [InlineData("barn", "no member of the network has the label 'barn'")]
    public void Nobody_is_told_in_one_line(string whom, string fault)
    {
        HostsimException exception = Assert.Throws<HostsimException>(
            () => PublicReport.Of(whom, _status, Network(), null, Tunnel()));
        Assert.Contains(fault, exception.Message);
    }

    private static LocalInterface Tunnel() => new("spore0", 3, 1420, false, []);

    private static NetworkDescription Network()
    {
        NetworkDescription network = new() { Version = 3 };
        network.Peers.Add(Peer(1, "gate", "10.0.0.0/24"));
        network.Peers.Add(Peer(2, "7", "10.0.1.0/24", "10.0.0.2/32"));
        return network;
    }

    private static PeerDescription Peer(byte number, string label, params string[] prefixes)
    {
        PeerDescription peer = new() { PublicKey = Key(number), Label = label };
        peer.AllowedPrefixes.AddRange(prefixes.Select(p => AllowedPrefix.TryParse(p, out _)!));
        return peer;
    }

    private static byte[] Key(byte number) => [.. Enumerable.Repeat(number, 32)];
}
