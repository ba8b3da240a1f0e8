using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// A member that lost power and has no clock is in session with another one again as soon as PROTOCOL section 4 says,
/// to the millisecond, however short a time ago it answered an initiation.
/// </summary>
public class RebootTests
{
    private const int Seeds = 24;
    private const long LongestAnswerDelay = 2_000;

    // The first hello comes after a second, give or take a quarter.
    private const long FirstHello = 750;

    [Theory]
    [InlineData(1_000)]
    [InlineData(5_400)]
    public void It_is_back_within_2_s_and_two_round_trips_of_its_hello(long quiet)
    {
        List<long> waits = [];
        for (byte seed = 1; seed <= Seeds; seed++)
        {
            Pair pair = new(seed);
            long last = pair.LetSteadyInitiate();
            pair.RebootAt(last + quiet);
            Assert.True(pair.Mesh.RunUntil(
                () => pair.Rebooted.Knows(NodeEvent.HelloSent) || pair.Sent(pair.Rebooted, 1).Any(), 2 * FirstHello));
            if (pair.Sent(pair.Rebooted, 1).Any())
            {
                // It has heard a hello of the other one first, and asks by itself.
                pair.AssertJoined();
                continue;
            }

            long hello = pair.Mesh.Now;
            Assert.InRange(hello - last, quiet + FirstHello, quiet + (2 * FirstHello));

            // The hello, then the initiation, which is not sent again; the response; the first
            // message under the new keys.
            (long steady, long rebooted) = pair.SessionsUp();
            long waited = Assert.Single(pair.Sent(pair.Steady, 1)) - (hello + pair.Delay);
            Assert.InRange(waited, 0, LongestAnswerDelay);
            Assert.Equal(hello + waited + (3 * pair.Delay), steady);
            Assert.Equal(hello + waited + (4 * pair.Delay), rebooted);
            pair.AssertJoined();
            waits.Add(waited);
        }

        // Some of them use up what is allowed.
        Assert.InRange(waits.Max(), LongestAnswerDelay * 3 / 4, LongestAnswerDelay);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(5_400)]
    public void It_is_back_two_round_trips_after_its_initiation_which_is_countered(long quiet)
    {
        for (byte seed = 1; seed <= Seeds; seed++)
        {
            Pair pair = new(seed);
            long last = pair.LetSteadyInitiate();
            pair.Mute();
            pair.RebootAt(last + quiet);
            pair.Rebooted.Add(pair.Steady);
            pair.Mesh.Run(0);
            long initiated = Assert.Single(pair.Sent(pair.Rebooted, 1));
            Assert.Equal(quiet, initiated - last);

            (long steady, long rebooted) = pair.SessionsUp();
            Assert.Equal(initiated + pair.Delay, Assert.Single(pair.Sent(pair.Steady, 1)));
            Assert.Equal(initiated + (3 * pair.Delay), steady);
            Assert.Equal(initiated + (4 * pair.Delay), rebooted);
            Assert.Empty(pair.Sent(pair.Steady, 2));
            Assert.Single(pair.Sent(pair.Rebooted, 1));
            pair.AssertJoined();
        }
    }

    [Fact]
    public void It_is_back_a_round_trip_and_a_half_after_the_other_ones_initiation()
    {
        for (byte seed = 1; seed <= Seeds; seed++)
        {
            Pair pair = new(seed);
            pair.LetSteadyInitiate();
            pair.Mute();

            // By then all has been answered that was sent before. What is sent now is not, for
            // KEEPALIVE_TIMEOUT and REKEY_TIMEOUT.
            pair.RebootAt(pair.Mesh.Now + 20_000);
            pair.Mesh.Run(seed * 100);
            Assert.True(pair.Steady.Send(pair.Packet));
            long sent = pair.Mesh.Now;
            Assert.True(pair.Mesh.RunUntil(() => pair.Sent(pair.Steady, 1).Any(), 20_000));
            long initiated = pair.Mesh.Now;
            Assert.InRange(initiated - sent, 15_000, 15_000 + Constants.RekeyTimeoutJitter);

            (long steady, long rebooted) = pair.SessionsUp();
            Assert.Equal(initiated + (2 * pair.Delay), steady);
            Assert.Equal(initiated + (3 * pair.Delay), rebooted);
            Assert.Single(pair.Sent(pair.Steady, 1));
            Assert.Empty(pair.Sent(pair.Rebooted, 1));
            pair.AssertJoined();
        }
    }

    /// <summary>Two members that were in session, the second of which will reboot.</summary>
    private sealed class Pair
    {
        private readonly List<(long At, MeshNode From, byte Type)> _sent = [];
        private Func<MeshNode, byte, bool> _drops = (_, _) => false;

        public Pair(byte seed)
        {
            Mesh = new Mesh(seed) { Delay = 1 + (seed * 3) };
            Steady = Mesh.Add(seed);
            Rebooted = Mesh.Add((byte)(100 + seed));
            Mesh.Filter = (from, _, bytes) =>
            {
                _sent.Add((Mesh.Now, (MeshNode)from, bytes[0]));
                return !_drops((MeshNode)from, bytes[0]);
            };

            // By its clock of before the reboot, what it says afterwards is of the past.
            Rebooted.Node.SetWallClock(1_900_000_000_000, Mesh.Now);
            byte[] network = Mesh.NetworkOf(5, [Steady, Rebooted]);
            Assert.Equal(NetworkFault.None, Steady.Load(network));
            Assert.Equal(NetworkFault.None, Rebooted.Load(network));
            Rebooted.Add(Steady);
            Assert.True(
                Mesh.RunUntil(() => Steady.Knows(NodeEvent.SessionUp) && Rebooted.Knows(NodeEvent.SessionUp), 5_000));
            Assert.NotEmpty(Sent(Rebooted, 1));
            Mesh.Run(10_000);
        }

        public Mesh Mesh { get; }

        public MeshNode Steady { get; }

        public MeshNode Rebooted { get; }

        public int Delay => Mesh.Delay;

        public byte[] Packet => InnerPacket.Udp([10, 0, 0, Steady.Seed], [10, 0, 0, Rebooted.Seed], 1, 2, 3);

        /// <summary>When a node has sent datagrams of a type since this was last begun anew.</summary>
        public IEnumerable<long> Sent(MeshNode from, byte type) =>
            _sent.Where(s => s.From == from && s.Type == type).Select(s => s.At);

        /// <summary>Lets the node that stays make a session of its own; says when it asked for it.</summary>
        public long LetSteadyInitiate()
        {
            _drops = (from, type) => from == Rebooted && type == 4;
            _sent.Clear();
            Assert.True(Steady.Send(Packet));
            Assert.True(Mesh.RunUntil(() => Sent(Steady, 1).Any(), 20_000));
            _drops = (_, _) => false;
            long last = Mesh.Now;
            Mesh.Run(1_000);
            Assert.Equal([last], Sent(Steady, 1));
            return last;
        }

        /// <summary>From now on no hello arrives.</summary>
        public void Mute() => _drops = (_, type) => type == 0x80;

        /// <summary>Takes power away for no time at a moment.</summary>
        public void RebootAt(long then)
        {
            Mesh.Run(then - Mesh.Now);
            _sent.Clear();
            Steady.Events.Clear();
            Rebooted.Reboot();
            Assert.Equal(0UL, Rebooted.Node.NetworkVersion);
        }

        /// <summary>When a session is up at the one that stays, and at the other.</summary>
        public (long Steady, long Rebooted) SessionsUp()
        {
            Assert.True(Mesh.RunUntil(() => Steady.Knows(NodeEvent.SessionUp), 20_000), NodeTests.State(Mesh));
            long steady = Mesh.Now;
            Assert.True(Mesh.RunUntil(() => Rebooted.Knows(NodeEvent.SessionUp), 20_000), NodeTests.State(Mesh));
            return (steady, Mesh.Now);
        }

        /// <summary>Demands that it has the network again by that session, and gets packets.</summary>
        public void AssertJoined()
        {
            Assert.True(Mesh.RunUntil(() => Rebooted.Node.NetworkVersion == 5, 20 * Delay), NodeTests.State(Mesh));
            Rebooted.Delivered.Clear();
            Assert.True(Steady.Send(Packet));
            Mesh.Run(Delay);
            Assert.Equal([Packet], Rebooted.Delivered);
        }
    }
}
