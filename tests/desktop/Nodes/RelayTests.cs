using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// One recorded or forged packet does not make a bystander the relay of a session that is alive: all packets go on by
/// the true path, whatever it forwards (PROTOCOL sections 4.2 and 4.3).
/// </summary>
public class RelayTests
{
    private const int Seeds = 3;
    private const int Minutes = 10;

    public static TheoryData<string, string, bool> Packets
    {
        get
        {
            TheoryData<string, string, bool> packets = [];
            foreach (string limits in new[] { "desktop", "device" })
            {
                foreach (string packet in new[] { "initiation", "hello", "hello of version 0", "forgery of version 0" })
                {
                    packets.Add(limits, packet, true);
                    packets.Add(limits, packet, false);
                }
            }

            return packets;
        }
    }

    // Both send a packet each second. The bystander forwards all for a second, and from then on what keeps a session
    // alive.
    [Theory]
    [Statement("4.2-3", "4.2-9", "4.2-10", "4.2-11", "4.3-1")]
    [MemberData(nameof(Packets))]
    public void No_packet_of_a_session_with_traffic_is_lost(string limits, string packet, bool isRepeated)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            TwoMembers two = Settled(seed, limits);
            two.Bystander.Passes = Bystander.Everything;
            int lost = two.CountLost(60 * Minutes, second =>
            {
                if (second == 1)
                {
                    two.Bystander.Passes = Bystander.HandshakesAndKeepalives;
                }

                if (IsDue(two, second, isRepeated))
                {
                    Send(two, packet);
                }
            });
            Assert.Equal(0, lost);
            Assert.True(two.IsOnTruePath, $"seed {seed}\n{two}");
        }
    }

    // Nothing was sent for a while. Traffic begins some seconds after the packet.
    [Theory]
    [Statement("4.2-9", "4.2-10", "5.2-7")]
    [MemberData(nameof(Packets))]
    public void Nor_of_one_that_was_idle(string limits, string packet, bool isRepeated)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            TwoMembers two = Settled(seed, limits);
            two.Mesh.Run(16_000 + two.Random.Next(30_000));
            two.Bystander.Passes = Bystander.HandshakesAndKeepalives;
            int quiet = two.Random.Next(15);
            for (int second = 0; second <= quiet; second++)
            {
                if (IsDue(two, second, isRepeated))
                {
                    Send(two, packet);
                }

                two.Mesh.Run(1_000);
            }

            Assert.Equal(0, two.CountLost(60, second =>
            {
                if (second > 0 && IsDue(two, second, isRepeated))
                {
                    Send(two, packet);
                }
            }));
            Assert.True(two.IsOnTruePath, $"seed {seed}\n{two}");
        }
    }

    // In session, with several initiations of K and hellos of its.
    private static TwoMembers Settled(int seed, string limits)
    {
        TwoMembers two = new(seed, limits, seed % 2 == 0);
        two.Settle();
        for (int i = 0; i < 3; i++)
        {
            two.K.Node.LinkChanged(two.Mesh.Now);
            Assert.Equal(0, two.CountLost(20));
        }

        Assert.True(two.InitiationsOfK.Count >= 3);
        return two;
    }

    // An initiation costs a device 2 s, whoever sends it.
    private static bool IsDue(TwoMembers two, int second, bool isRepeated) =>
        second == 0 || (isRepeated && (!two.IsDevice || second % 20 == 0));

    private static void Send(TwoMembers two, string packet)
    {
        byte[] datagram = packet switch
        {
            "initiation" => two.InitiationsOfK[two.Random.Next(two.InitiationsOfK.Count - 1)],
            "hello" => two.HellosOfK[^1],
            "hello of version 0" => HelloTests.Hello(two.K.Key, 0, 1),
            _ => two.Bystander.Forge(two.K.Key, 0),
        };
        two.Bystander.Inject(two.N, datagram);
    }
}
