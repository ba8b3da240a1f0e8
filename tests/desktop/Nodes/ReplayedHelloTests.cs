using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// What somebody gets for recordings of hellos, without any key: of victims in whose name it sends them, of many
/// hearers, and of the members whose hellos they are (PROTOCOL sections 4.2 and 5).
/// </summary>
public class ReplayedHelloTests
{
    private const int Seeds = 4;

    // One in 120 s, and one to begin with; one of the two may begin just before the other.
    private const int RekeysIn10Minutes = 7;

    public static TheoryData<string, string, int> Recordings
    {
        get
        {
            TheoryData<string, string, int> recordings = [];
            foreach (string limits in new[] { "desktop", "device" })
            {
                foreach (string whose in new[] { "in session", "gone", "never heard" })
                {
                    recordings.Add(limits, whose, 0);
                    recordings.Add(limits, whose, 4);
                    recordings.Add(limits, whose, (int)TwoMembers.Version);
                }
            }

            return recordings;
        }
    }

    // As if it came from four victims. N has packets for K all the time.
    [Theory]
    [Statement("5.3-4", "5.3-6", "5.3-8")]
    [MemberData(nameof(Recordings))]
    public void One_hello_that_is_sent_for_an_hour_brings_its_victims_three_initiations(
        string limits, string whose, int version)
    {
        TwoMembers two = new(1, limits, false);
        if (whose == "never heard")
        {
            two.K.IsOn = false;
            two.N.Load(two.Network);
        }
        else
        {
            two.Settle();
            two.K.IsOn = whose == "in session";
        }

        Endpoint[] victims = [.. Enumerable.Range(1, 4).Select(At)];
        byte[] hello = HelloTests.Hello(two.K.Key, (ulong)version, 1, null, 9);
        two.N.SentTo.Clear();
        for (int second = 0; second < 3_600; second++)
        {
            two.Mesh.Inject(two.N, hello, victims[second % victims.Length]);
            two.Talk();
        }

        Assert.InRange(two.N.SentTo.Count(s => victims.Any(v => v.IsSame(s.To))), 0, 3);
    }

    // A member boots among many that have had the network for long. Its first hello is heard by all of them.
    [Theory]
    [Statement("5.2-2")]
    [InlineData(20)]
    [InlineData(200)]
    public void A_broadcast_hello_is_answered_by_about_four_of_all_that_hear_it(int count)
    {
        Mesh mesh = new() { Filter = (from, _, _) => from is Stranger };
        NodeLimits limits = MeshNode.Limits();
        limits.NetworkEntries = 256;
        limits.NetworkBytes = 1 << 15;
        limits.Prefixes = 512;
        MeshNode[] nodes = [.. Enumerable.Range(1, count).Select(i => mesh.Add((byte)i, limits))];
        Stranger member = new(mesh, 250);
        Stranger other = new(mesh, 251);
        byte[] network = Mesh.NetworkOf(5, [.. nodes, member, other]);
        foreach (MeshNode node in nodes)
        {
            // In session with another member, so that it calls nobody by itself.
            Assert.Equal(NetworkFault.None, node.Load(network));
            other.Initiate(node);
            mesh.Run(1);
            Assert.True(other.Stock.TakeResponse(node.Sent.Last(s => s[0] == 2)));
            other.SendInner([]);
        }

        List<int> answers = [];
        for (int i = 1; i <= 8; i++)
        {
            byte[] hello = HelloTests.Hello(member.Key, 0, (byte)i);
            int before = Answers();

            // The recording is sent again and again.
            for (int repeated = 0; repeated < 10; repeated++)
            {
                foreach (MeshNode node in nodes)
                {
                    mesh.Inject(node, hello, At(i));
                }

                mesh.Run(1_000);
            }

            answers.Add(Answers() - before);

            int Answers() => nodes.Sum(n => n.SentTo.Count(s => s.Bytes[0] == 1 && s.To.IsSame(At(i))));
        }

        Assert.InRange(answers.Average(), 2.5, 5.5);
        Assert.InRange(answers.Max(), 4, 12);
    }

    // Sent each second, from the bystander's address and as if it came from K's own.
    [Theory]
    [Statement("4.2-4", "5.3-6", "5.3-8", "5.3-9")]
    [InlineData("desktop", 0, 15_000)]
    [InlineData("desktop", 5, 15_000)]
    [InlineData("device", 0, 30_000)]
    [InlineData("device", 5, 30_000)]
    public void A_recording_keeps_no_member_out_and_costs_two_members_one_handshake(
        string limits, int version, int longest)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            TwoMembers two = new(seed, limits, seed % 2 == 0);
            two.Settle();
            byte[] hello = HelloTests.Hello(two.K.Key, (ulong)version, 1, null, 9);
            two.N.Events.Clear();
            two.K.Events.Clear();
            for (int second = 0; second < 600; second++)
            {
                Replay(two, hello);
                two.Talk();
            }

            Assert.True(two.IsOnTruePath, $"seed {seed}\n{two}");
            Assert.InRange(
                two.N.Count(NodeEvent.InitiationSent) + two.K.Count(NodeEvent.InitiationSent),
                5,
                RekeysIn10Minutes + 1);

            two.StartAnew(two.K);
            AssertJoins(two, [hello], longest);
        }
    }

    // More than a device remembers.
    [Theory]
    [Statement("4.2-4", "4.2-7", "5.3-9")]
    [InlineData("desktop", false, 15_000)]
    [InlineData("desktop", true, 20_000)]
    [InlineData("device", false, 30_000)]
    [InlineData("device", true, 40_000)]
    public void Many_recordings_keep_no_member_out_and_cost_two_members_one_handshake_in_5_s(
        string limits, bool isElsewhere, int longest)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            TwoMembers two = new(seed, limits, seed % 2 == 0);
            two.Settle();
            byte[][] hellos =
                [.. Enumerable.Range(1, 60).Select(i => HelloTests.Hello(two.K.Key, (ulong)(i % 6), (byte)i))];
            two.N.Events.Clear();
            for (int second = 0; second < 120; second++)
            {
                Replay(two, hellos[second % hellos.Length]);
                two.Talk();
            }

            Assert.InRange(two.N.Count(NodeEvent.InitiationSent), 1, (120 / 5) + 1);
            Assert.True(two.IsOnTruePath, $"seed {seed}\n{two}");
            if (isElsewhere)
            {
                two.MoveK();
            }

            two.StartAnew(two.K);
            AssertJoins(two, hellos, longest);
        }
    }

    // A device has eight sessions, and knows 20 other members.
    [Theory]
    [Statement("5.3-13")]
    [InlineData(0)]
    [InlineData(4)]
    public void Recordings_of_members_without_a_slot_end_one_live_session_of_a_device(int version)
    {
        Mesh mesh = new();
        MeshNode node = mesh.Add(1, NodeLimits.Device());
        Stranger[] live = [.. Enumerable.Range(2, 8).Select(i => mesh.AddStranger((byte)i))];
        Stranger[] others = [.. Enumerable.Range(100, 20).Select(i => mesh.AddStranger((byte)i))];
        byte[][] entries = [.. live.Concat(others).Select(s => Network.NetworkBytes.Entry(s.Key))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node], null, 0, entries)));
        foreach (Stranger member in live)
        {
            // The first response is deferred.
            Assert.True(member.Connect(node) || member.Connect(node));
            mesh.Run(5_000);
        }

        Assert.Equal(8, live.Count(m => m.Ping()));
        node.SentTo.Clear();
        for (int second = 0; second < 60; second++)
        {
            for (int i = 0; i < 4; i++)
            {
                int number = (second * 4) + i;
                Stranger member = others[number % others.Length];
                mesh.Inject(node, HelloTests.Hello(member.Key, (ulong)version, (byte)number, null, 9), At(10 + i));
            }

            mesh.Run(1_000);
        }

        Assert.InRange(node.SentTo.Count(s => s.Bytes[0] == 1 && s.To.AddressBytes()[12] == 203), 4, 7);
        Assert.Equal(7, live.Count(m => m.Ping()));
    }

    private static Endpoint At(int number)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4([203, 0, 113, (byte)number], 0, 51820);
        return endpoint;
    }

    private static void Replay(TwoMembers two, byte[] hello)
    {
        two.Bystander.Inject(two.N, hello);
        two.Mesh.Inject(two.N, hello, two.K.Endpoint, two.Mesh.Delay);
    }

    // While they are sent each second.
    private static void AssertJoins(TwoMembers two, byte[][] hellos, int longest)
    {
        long end = two.Mesh.Now + longest;
        for (int second = 0; two.K.Node.NetworkVersion == 0 && two.Mesh.Now < end; second++)
        {
            Replay(two, hellos[second % hellos.Length]);
            two.Talk();
        }

        Assert.True(two.K.Node.NetworkVersion == TwoMembers.Version && two.IsOnTruePath, two.ToString());
    }
}
