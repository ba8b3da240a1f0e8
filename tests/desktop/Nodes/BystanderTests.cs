using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Two members find each other, and each other's true address, though somebody without a key copies every hello 2 ms
/// behind it, or a removed member forges one, and drops or forwards what it gets for that (PROTOCOL sections 4.2, 4.5
/// and 5.3).
/// </summary>
public class BystanderTests
{
    private const int Seeds = 16;

    // The first hello 1.25 s, the answer to it 2 s, an earlier handshake that was not confirmed 5.4 s, the first step
    // of a plan 5 s, courtesy 1 s. Then the turn of another source: 5 s, on a device 10 s, where a handshake takes 4 s.
    private const int Found = 15_000;
    private const int FoundByDevice = 25_000;
    private const int FoundNext = 20_000;
    private const int FoundNextByDevice = 45_000;

    // 15 s of silence and three initiations in vain, which are 5 s apart; then the hint of a rival, and that of the
    // peer. Or three times 15 s of silence, where the handshakes after the first two get through.
    private const int Returned = 60_000;

    // Beside the above, a hello of a node that counts itself settled: 5 minutes and a quarter.
    private const int Unmasked = 400_000;

    private static readonly string[] _forwards = ["nothing", "everything", "handshakes"];

    // N has a session with another member, and no packets for K. Otherwise it would ask at the recording's source
    // before K says hello.
    [Theory]
    [Statement("5.3-2", "5.3-3", "5.3-3a", "5.3-9")]
    [MemberData(nameof(Attacks))]
    public void A_member_that_starts_is_found(string limits, bool isNamed, string said, string forwarded)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            TwoMembers two = new(seed, limits, isNamed);
            two.K.IsOn = false;
            two.N.Load(two.Network);
            two.KeepOtherAlive(two.N);
            two.Mesh.Run(20_000 + two.Random.Next(10_000));
            Recall(two);
            Attack(two, said, forwarded);
            two.K.IsOn = true;
            two.StartAnew(two.K);
            AssertFound(two, isNamed, said, forwarded, seed, isNSilent: true);
        }
    }

    [Theory]
    [Statement("4.2-9", "4.2-10", "4.2-10a", "4.5-4b", "5.3-2", "5.3-3", "5.3-3a", "5.3-9")]
    [MemberData(nameof(Attacks))]
    public void A_member_that_reboots_at_another_address_is_found(
        string limits, bool isNamed, string said, string forwarded)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            TwoMembers two = new(seed, limits, isNamed);
            two.Settle();
            Attack(two, said, forwarded);
            Assert.Equal(0, two.CountLost(two.Random.Next(30)));
            Recall(two);
            two.MoveK();
            two.StartAnew(two.K);
            AssertFound(two, isNamed, said, forwarded, seed, isNSilent: false);
        }
    }

    // Both have the network, and each is silent until it hears the other one.
    [Theory]
    [Statement("5.2-6")]
    [InlineData("desktop", true, "nothing", Found)]
    [InlineData("desktop", false, "nothing", Found)]
    [InlineData("desktop", true, "handshakes", Found)]
    [InlineData("desktop", false, "handshakes", Found)]
    [InlineData("device", true, "nothing", FoundByDevice)]
    [InlineData("device", false, "nothing", FoundByDevice)]
    [InlineData("device", true, "handshakes", FoundByDevice)]
    [InlineData("device", false, "handshakes", FoundByDevice)]
    public void Members_with_one_version_find_each_other(string limits, bool isNamed, string forwarded, int longest)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            TwoMembers two = new(seed, limits, isNamed);
            two.Load();
            Recall(two);
            Attack(two, "copies", forwarded);
            int found = two.TalkUntil(() => two.IsOnTruePath, 600_000);
            Assert.InRange(found, 0, longest);
            Assert.Equal(0, two.CountLost(60));
        }
    }

    // The true path was cut for a while, so that the bystander could become the relay. A rival forges a hello each
    // second, which names it.
    [Theory]
    [Statement("4.2-10a", "4.5-4", "4.5-4a", "4.5-4b", "5.1-5")]
    [InlineData("desktop", true, false, "stops")]
    [InlineData("desktop", false, false, "stops")]
    [InlineData("desktop", true, true, "stops")]
    [InlineData("desktop", false, true, "stops")]
    [InlineData("desktop", true, true, "stops, with a rival")]
    [InlineData("desktop", false, true, "stops, with a rival")]
    [InlineData("desktop", true, true, "drops data")]
    [InlineData("desktop", false, true, "drops data")]
    [InlineData("device", true, false, "stops")]
    [InlineData("device", false, false, "stops")]
    [InlineData("device", true, true, "stops")]
    [InlineData("device", false, true, "stops")]
    [InlineData("device", true, true, "stops, with a rival")]
    [InlineData("device", false, true, "stops, with a rival")]
    [InlineData("device", true, true, "drops data")]
    [InlineData("device", false, true, "drops data")]
    public void A_session_comes_back_to_the_true_path_when_its_relay_does_not_forward(
        string limits, bool isNamed, bool isOtherInSession, string relay)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            TwoMembers two = new(seed, limits, isNamed);
            two.Settle();
            Attack(two, "copies", "everything");
            if (isOtherInSession)
            {
                // A silent session beside a live one starts no hellos.
                two.KeepOtherAlive(two.N, two.K);
                Assert.Equal(0, two.CountLost(20));
            }

            two.N.Node.LinkChanged(two.Mesh.Now);
            two.K.Node.LinkChanged(two.Mesh.Now);
            two.Mesh.Run(2_000);
            two.IsCut = true;
            Assert.InRange(two.TalkUntil(() => two.IsOnBystander(), 600_000), 0, 500_000);
            two.Mesh.Run(10_000);
            two.IsCut = false;
            two.CountLost(60);
            Assert.True(two.IsOnBystander(), $"seed {seed}\n{two}");
            two.Bystander.Says = null;
            two.Bystander.Passes = relay == "drops data" ? Bystander.HandshakesAndKeepalives : Bystander.Nothing;
            if (relay == "stops, with a rival")
            {
                Forge(new Bystander(two.Mesh, 201, two.N, two.K));
            }

            Assert.InRange(two.TalkUntil(() => two.IsOnTruePath, 600_000), 0, Returned);
            Assert.Equal(0, two.CountLost(60));

            void Forge(Bystander rival)
            {
                rival.Inject(two.N, rival.Forge(two.K.Key, TwoMembers.Version));
                rival.Inject(two.K, rival.Forge(two.N.Key, TwoMembers.Version));
                two.Mesh.After(1_000, () => Forge(rival));
            }
        }
    }

    public static TheoryData<string, bool, string, string> Attacks
    {
        get
        {
            TheoryData<string, bool, string, string> attacks = [];
            foreach (string limits in new[] { "desktop", "device" })
            {
                foreach (string forwarded in _forwards)
                {
                    attacks.Add(limits, true, "copies", forwarded);
                    attacks.Add(limits, false, "copies", forwarded);
                    attacks.Add(limits, true, "the first copy", forwarded);
                    attacks.Add(limits, true, "forgeries", forwarded);
                    attacks.Add(limits, true, "forgeries of the hearer's version", forwarded);
                }
            }

            return attacks;
        }
    }

    // A recording, for which the bystander comes before K in the order of the sources.
    private static void Recall(TwoMembers two)
    {
        two.Bystander.Inject(two.N, HelloTests.Hello(two.K.Key, TwoMembers.Version, 77));
        two.Mesh.Run(100);
    }

    private static void Attack(TwoMembers two, string said, string forwarded)
    {
        bool hasCopied = false;
        two.Bystander.Says = said switch
        {
            "copies" => Bystander.Copy,
            "forgeries" => h => two.Bystander.Forge(h),
            "the first copy" => hello =>
            {
                bool isFirst = !hasCopied;
                hasCopied = true;
                return isFirst ? hello : null;
            },
            _ => h => two.Bystander.Forge(h, TwoMembers.Version),
        };
        two.Bystander.Passes = forwarded switch
        {
            "everything" => Bystander.Everything,
            "handshakes" => Bystander.HandshakesAndKeepalives,
            _ => Bystander.Nothing,
        };
    }

    // A copy of a hello that names its sender does not make a relay. Another hello can, where nothing was known.
    private static void AssertFound(
        TwoMembers two, bool isNamed, string said, string forwarded, int seed, bool isNSilent)
    {
        bool isFirst = isNamed && said != "forgeries";
        bool isRelayed = !isFirst && forwarded == "everything";
        int found = two.TalkUntil(
            () => two.K.Node.NetworkVersion == TwoMembers.Version && (two.IsOnTruePath || isRelayed),
            600_000,
            isNSilent);
        int longest = !isFirst && forwarded == "handshakes" ? Unmasked
            : two.IsDevice ? isFirst ? FoundByDevice : FoundNextByDevice
            : isFirst ? Found : FoundNext;
        Assert.True(found <= longest, $"seed {seed}: {found} ms\n{two}");
        if (!isRelayed)
        {
            Assert.Equal(0, two.CountLost(60));
            Assert.True(two.IsOnTruePath);
        }
    }
}
