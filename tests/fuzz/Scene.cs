using System;
using System.Linq;
using System.Reflection;
using Spore.Base;
using Spore.Crypto;
using Spore.Discovery;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.WireGuard;

namespace Spore.Fuzz;

/// <summary>
/// A node in one of the <see cref="States"/>, to which it can be put back, and what no input may do to it.
/// </summary>
internal sealed class Scene
{
    // Where something is worked on; and what counts datagrams whatever becomes of them.
    private static readonly Type[] _scratchTypes =
    [
        typeof(TunnelCounters), typeof(NodeCounters), typeof(RateLimiter), typeof(Cookies), typeof(Handshake),
        typeof(Hello), typeof(EntryField), typeof(IdleWork), typeof(NodeIdleWork), typeof(Blake2s), typeof(HmacBlake2s),
        typeof(X25519), typeof(CurveScratch), typeof(Ed25519), typeof(IAead), typeof(ChaCha20Poly1305),
        typeof(XChaCha20Poly1305), typeof(ITransport), typeof(IEntropy), typeof(INodeHost),
    ];

    private static readonly string[] _scratchFields =
    [
        "Node._now", "Node._random", "Node._key", "Tunnel._scratch", "Tunnel.SendBuffer", "Tunnel._handledAt",
        "Tunnel._underLoadUntil", "EphemeralKeys._pool", "EphemeralKeys._number", "TransferPool._random",
        "MerkleTree._domain", "LinkLocalTable._address", "RefusedHeaders._digest",

        // The work for unknown keys counts when it is done, authentic or not (PROTOCOL section 4.6).
        "Tunnel._unknownDue", "Tunnel._provokeUnknownDue", "Tunnel._initiateUnknownDue", "Tunnel._unknownSource",
        "Tunnel._askedSource", "Tunnel._unknownAt",
    ];

    private readonly Image _all;
    private readonly Image _core;
    private Peer[] _withoutSecret = [];
    private bool _isSaved;

    public Scene(string name, Func<World> make)
    {
        Name = name;
        World = Twice(make);
        _core = new Image(World.Node, IsScratch);
        _all = new Image(World);
    }

    public string Name { get; }

    public World World { get; }

    private NodeCounters Counters => World.Node.Counters;

    /// <summary>Runs operations, from the state as it was made.</summary>
    /// <param name="input">The input; its own state is not looked at.</param>
    /// <param name="isAskedAfter">Whether to see that the node still lets a member in at the end.</param>
    /// <exception cref="Finding">They have done what none may do.</exception>
    public void Run(Input input, bool isAskedAfter) => Twice(() =>
    {
        RunOnce(input, isAskedAfter);
        return true;
    });

    // The runtime allocates for itself when it first comes to a type. It does so once, and the core each time.
    private static T Twice<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Finding finding) when (finding.IsAllocation)
        {
            return run();
        }
    }

    private void RunOnce(Input input, bool isAskedAfter)
    {
        _all.Restore();
        _isSaved = false;
        int number = 0;
        try
        {
            foreach (byte[] operation in input.Operations)
            {
                Operations.Run(this, operation);
                CheckNetwork();
                number++;
            }

            if (isAskedAfter)
            {
                CheckService();
            }
        }
        catch (Exception e)
        {
            string what = e is Finding ? e.Message : e.ToString();
            throw new Finding($"{Name}, operation {number}: {what}", e is Finding { IsAllocation: true });
        }
    }

    /// <summary>Gives the node a datagram.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="from">Where it comes from.</param>
    /// <param name="isForged">Whether it can't be authentic.</param>
    /// <exception cref="Finding">It has done what none may do.</exception>
    public void Receive(byte[] datagram, Endpoint from, bool isForged)
    {
        if (!_isSaved)
        {
            _core.Save();
            _withoutSecret = [.. World.Node.Peers.Where(p => p.InUse && !p.HasStaticStatic)];
            _isSaved = true;
        }

        int type = datagram.Length > 0 ? datagram[0] : 0;
        (long invalid, long limited, long replayed) = (Counters.Invalid, Counters.Limited, Counters.Replayed);
        (int sent, int delivered, int ups) =
            (World.Around.SentCount, World.Around.Delivered, World.Around.Events[(int)NodeEvent.SessionUp]);
        int[] events = (int[])World.Around.Events.Clone();

        // A board ends its initiation to an unknown key when a response does not verify (PROTOCOL 4.6-10c).
        bool mayEnd = type == Message.Response && World.IsSlow && World.Node.Peers.Any(p => p.InUse && p.IsProvisional);
        World.Receive(datagram, from, datagram.Length % 3);
        invalid = Counters.Invalid - invalid;
        limited = Counters.Limited - limited;
        replayed = Counters.Replayed - replayed;
        sent = World.Around.SentCount - sent;
        if (isForged && invalid + limited == 0)
        {
            throw new Finding($"a forged datagram of type {type} was taken");
        }

        if (invalid > 0 || isForged || (replayed > 0 && type == Message.Transport))
        {
            // Under load a datagram may be forged below a right mac1, and still be answered by a cookie.
            bool isAsked = invalid == 0
                && sent == 1
                && World.Around.Sent(World.Around.SentCount - 1) is [Message.CookieReply, ..];
            if (mayEnd)
            {
                _isSaved = false;
            }
            else if (Difference() is { } difference)
            {
                throw new Finding(
                    $"a datagram of type {type} that is not authentic has changed something: {difference}");
            }

            events[(int)NodeEvent.UnderLoad] = World.Around.Events[(int)NodeEvent.UnderLoad];
            if ((sent > 0 && !isAsked)
                || World.Around.Delivered != delivered
                || !events.SequenceEqual(World.Around.Events))
            {
                throw new Finding(
                    $"a datagram of type {type} that is not authentic was answered, delivered or told of");
            }

            return;
        }

        // What waited for a session goes out when it is up.
        if (sent > 2 && World.Around.Events[(int)NodeEvent.SessionUp] == ups)
        {
            throw new Finding($"one datagram was answered by {sent}");
        }

        _isSaved = false;
    }

    /// <summary>Called before anything else is done with the node.</summary>
    public void Touch() => _isSaved = false;

    /// <summary>Gives the node a network from a file.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="Finding">It takes one that it may not take.</exception>
    public void Load(byte[] file)
    {
        Touch();
        byte[] before = World.Node.Network.Bytes.AsSpan(0, NetworkHeader.Size).ToArray();
        bool isSound = file.AsSpan().SequenceEqual(World.Newer) || file.AsSpan().SequenceEqual(World.Present);
        if (World.Load(file) == NetworkFault.None && !isSound && !file.AsSpan().StartsWith(before))
        {
            throw new Finding("a file that is not sound was taken");
        }
    }

    // The secret that a node shares with a peer it knows is made when it is first needed, and follows
    // from their keys alone.
    private string? Difference()
    {
        Peer[] made = [.. _withoutSecret.Where(p => p.HasStaticStatic)];
        byte[][] secrets = [.. made.Select(p => p.Bytes[Peer.StaticStatic..Peer.LatestTimestamp])];
        foreach (Peer peer in made)
        {
            peer.HasStaticStatic = false;
            Array.Clear(peer.Bytes, Peer.StaticStatic, Message.KeySize);
        }

        string? difference = _core.Difference();
        for (int i = 0; i < made.Length; i++)
        {
            made[i].HasStaticStatic = true;
            secrets[i].CopyTo(made[i].Bytes, Peer.StaticStatic);
        }

        return difference;
    }

    private static bool IsScratch(FieldInfo field) =>
        _scratchTypes.Contains(field.FieldType) || _scratchFields.Contains($"{field.DeclaringType!.Name}.{field.Name}");

    private void CheckNetwork()
    {
        ulong version = World.Node.NetworkVersion;
        byte[]? file = version switch { 5 => World.Present, 6 => World.Newer, _ => null };
        if (version != 0 && (file is null || !World.Node.Network.Bytes.AsSpan(0, file.Length).SequenceEqual(file)))
        {
            throw new Finding($"a network of version {version} was applied that nobody has signed");
        }
    }

    // Whatever has come in, a member is let in after a while, and answered.
    private void CheckService()
    {
        World.Advance(200_000);
        if (World.Node.NetworkVersion == 0 || World.Node.IsExpired)
        {
            return;
        }

        // A slow device may first wait for the turn of unknown keys (PROTOCOL section 4.6), and then asks for another
        // initiation.
        for (int i = 0; i < 6; i++)
        {
            if (World.Connect(World.Spare))
            {
                World.Advance(100);
                if (World.Ping(World.Spare))
                {
                    return;
                }
            }

            World.Advance(6_000);
        }

        throw new Finding("a member is not let in any more");
    }
}
