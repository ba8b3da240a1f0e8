using System;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// A node's wall clock is set, by hours or by years, forward or back: sessions stay, timestamps rise, and
/// nobody is locked out.
/// </summary>
public class ClockJumpTests
{
    // When the network was issued: all that nodes know of wall time.
    private const long Now = 1_760_000_000_000;

    private readonly Mesh _mesh = new();

    public static readonly MatrixTheoryData<bool, bool, string> Jumps = new(
        [false, true],
        [false, true],
        [
            "an hour on", "ten years on", "a century on", "an hour back", "ten years back", "to 1970",
            "on, back and on", "before the session", "amid the handshake",
        ]);

    [Theory]
    [MemberData(nameof(Jumps))]
    public void Sessions_stay_and_come_again_whoever_asks(bool isWitness, bool reboots, string jump)
    {
        MeshNode jumps = _mesh.Add(1);
        MeshNode other = _mesh.Add(2);
        byte[] network = Mesh.NetworkOf(5, [jumps, other], isWitness ? jumps : other);
        if (jump == "before the session")
        {
            Set(jumps, Now + 3_600_000);
        }

        if (jump == "amid the handshake")
        {
            _mesh.Filter = (_, _, datagram) =>
            {
                if (datagram[0] is 1 or 2)
                {
                    Set(jumps, Now + _mesh.Now + (datagram[0] * 315_576_000_000));
                }

                return true;
            };
        }

        Assert.Equal(NetworkFault.None, jumps.Load(network));
        Assert.Equal(NetworkFault.None, other.Load(network));
        Assert.True(_mesh.RunUntil(() => HasSession(jumps) && HasSession(other), 20_000));
        _mesh.Run(5_000);
        int initiations = Initiations(jumps) + Initiations(other);
        long[] times = jump switch
        {
            "an hour on" => [3_600_000],
            "ten years on" => [315_576_000_000],
            "a century on" => [3_155_760_000_000],
            "an hour back" => [-3_600_000],
            "ten years back" => [-315_576_000_000],
            "to 1970" => [-Now],
            "on, back and on" => [3_600_000, -Now, 315_576_000_000, 0, 315_576_000_001],
            _ => [],
        };
        foreach (long time in times)
        {
            Set(jumps, Now + time);
            Talk(jumps, other);
        }

        Assert.Equal(initiations, Initiations(jumps) + Initiations(other));

        // The session ends, and either side can make the next one.
        foreach (MeshNode asks in (MeshNode[])[jumps, other, jumps])
        {
            Assert.True(_mesh.RunUntil(() => !HasSession(jumps) && !HasSession(other), 7_200_000));
            Talk(asks, asks == jumps ? other : jumps);
            Assert.Equal(Timestamps(jumps, other).Order(StringComparer.Ordinal).Distinct(), Timestamps(jumps, other));
            Assert.Equal(Timestamps(other, jumps).Order(StringComparer.Ordinal).Distinct(), Timestamps(other, jumps));
        }

        string told = Convert.ToHexString(StockPeer.Tai((Now + times.LastOrDefault()) / 1000));
        Assert.True(string.CompareOrdinal(Timestamps(jumps, other)[^1], told) >= 0);
        if (reboots)
        {
            // Its clock is that of the build again, and the other's may have learnt from it.
            jumps.Reboot();
            Assert.True(_mesh.RunUntil(() => jumps.Knows(NodeEvent.HelloSent), 1_250));
            Assert.Equal(NetworkFault.None, jumps.Load(network));
            Assert.True(_mesh.RunUntil(() => HasSession(jumps), 10_000), NodeTests.State(_mesh));
            Talk(jumps, other);
            Talk(other, jumps);
        }

        Assert.False(jumps.Node.IsExpired || other.Node.IsExpired);
    }

    private static int Initiations(MeshNode node) => node.Count(NodeEvent.InitiationSent);

    // Those of all initiations to the other, in order.
    private static string[] Timestamps(MeshNode node, MeshNode to)
    {
        StockPeer stock = new(MeshNode.PrivateKey(to.Seed));
        return [.. node.Sent.Where(s => s[0] == 1 && stock.TakeInitiation(s) is not null)
            .Select(_ => Convert.ToHexString(stock.Timestamp))];
    }

    private void Set(MeshNode node, long unixMilliseconds) => node.Node.SetWallClock(unixMilliseconds, _mesh.Now);

    private bool HasSession(MeshNode node) => node.Node.SessionCount(_mesh.Now) > 0;

    private void Talk(MeshNode from, MeshNode to)
    {
        int delivered = to.Delivered.Count;
        Assert.True(from.Send(InnerPacket.Udp([10, 0, 0, from.Seed], [10, 0, 0, to.Seed], 1, 2, 3)));
        Assert.True(_mesh.RunUntil(() => to.Delivered.Count > delivered, 500));
    }
}
