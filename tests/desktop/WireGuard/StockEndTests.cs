using System.Linq;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// The model of a stock peer, between two of which there is nothing of Spore: that it is as wireguard-go where that is
/// not what one would think.
/// </summary>
public class StockEndTests
{
    [Theory]
    [InlineData("A0", 0, 20, 95_000)]
    [InlineData("A0", 333, 20, 19 * 5_333)]
    [InlineData("A0 A80", 0, 36, 175_000)]
    [InlineData("A0 A80 A100 A101", 0, 40, 195_000)]
    public void It_gives_up_after_20_initiations_and_counts_anew_when_there_is_more_to_send(
        string events, int jitter, int count, long last)
    {
        Transcript said = new Scenario(events, "0-1000").Play(new StockEnd(1), new StockEnd(2), (jitter, 0));
        Assert.Equal(count, said.Lines.Count(l => l.What[1] == '1'));
        Assert.Equal(last, said.Lines.Last(l => l.What[1] == '1').At);
    }

    // Who has answered can't ask for 5 s, and does not remember that it would have.
    [Theory]
    [InlineData("A0? B3", "A0", "0 A1#1, 0.02 B2#1, 0.04 A0#1, 540.02 B-, 540.04 A-")]
    [InlineData(
        "A0? B3 B6",
        "A0",
        "0 A1#1, 0.02 B2#1, 0.04 A0#1, 6 B1#2, 6.02 A2#2, 6.04 B4#2, 6.04 B4#2, 6.06 A<, 6.06 A<, 16.06 A0#2, 26.06 "
        + "A0#2, 546.02 A-, 546.04 B-")]
    public void A_session_that_is_wanted_within_5_s_of_a_response_is_forgotten(
        string events, string lost, string said) =>
        Assert.Equal(said, new Scenario(events, lost).Play(new StockEnd(1), new StockEnd(2), (0, 0)).ToString());

    // There is one handshake for both roles; and each has answered less than 5 s ago when it would ask again,
    // unless for the jitter.
    [Fact]
    public void Initiations_that_cross_destroy_each_other() =>
        Assert.Equal(
            "0 A1#1, 0 B1#2, 0.02 B2#1, 0.02 A2#2, 5.1 A1#3, 5.12 B2#3, 5.14 A4#3, 5.16 B4#3, 5.16 B<, 5.18 A<, 15.18 "
            + "A0#3, 545.12 B-, 545.14 A-",
            new Scenario("A0 B0").Play(new StockEnd(1), new StockEnd(2), (100, 0)).ToString());

    [Fact]
    public void The_oldest_of_more_than_128_packets_is_dropped()
    {
        EndPair pair = new(new StockEnd(1), new StockEnd(2), 20);
        for (byte i = 0; i < 130; i++)
        {
            pair.A.Send([i]);
        }

        pair.Run(1_000);
        Assert.Equal(Enumerable.Range(2, 128), pair.B.Received.Select(r => (int)r[0]));
    }

    [Theory]
    [InlineData(21, 2, 0)]
    [InlineData(20, 2, 1)]
    [InlineData(1_000, 1, 1)]
    public void An_initiation_is_refused_within_20_ms_or_with_a_timestamp_that_is_not_newer(
        long later, long timestamp, int refused)
    {
        StockEnd end = new(1) { Wire = (_, _) => { } };
        StockPeer peer = new(TunnelEnd.PrivateKey(2));
        end.Know(peer.Public, TunnelEnd.EndpointOf(2));
        end.Receive(peer.Initiate(end.Public, StockPeer.Tai(1)), TunnelEnd.EndpointOf(2));
        end.Now += later;
        end.Receive(peer.Initiate(end.Public, StockPeer.Tai(timestamp)), TunnelEnd.EndpointOf(2));
        Assert.Equal(refused, end.Refused);
    }
}
