using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Peers;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Network;
using Spore.Tests.Nodes;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Uapi;

/// <summary>
/// A node in a <see cref="Mesh"/> that can be configured: number 1 of a network with the members 2, which is kept
/// alive, and 3, which has an endpoint.
/// </summary>
internal sealed class RunningDevice
{
    public const int Port = 51820;

    private const int FlushPatience = 60_000;

    private readonly StringWriter _output = new();
    private readonly LiveTimeline _timeline;

    public RunningDevice(NodeLimits? limits = null)
    {
        limits ??= MeshNode.Limits();
        Mesh = new Nodes.Mesh();
        Node = Mesh.Add(1, limits);
        KeptAlive = Mesh.AddStranger(2);
        Member = Mesh.AddStranger(3);
        _timeline = new LiveTimeline(_output, null);
        Configuration = new LiveConfiguration(
            new object(),
            Node.Node,
            limits,
            _timeline,
            MeshNode.PrivateKey(1),
            Port,
            () => Mesh.Now,
            () => Woken++);
        Load(1);
    }

    public Nodes.Mesh Mesh { get; }

    public MeshNode Node { get; }

    public Stranger KeptAlive { get; }

    public Stranger Member { get; }

    public LiveConfiguration Configuration { get; }

    /// <summary>How often the node was told that it may have something to do.</summary>
    public int Woken { get; private set; }

    public string Timeline
    {
        get
        {
            _timeline.Flush(FlushPatience);
            return _output.ToString();
        }
    }

    public static string Hex(byte[] key) => Convert.ToHexStringLower(key);

    public static AllowedPrefix LinkLocal(byte[] key) => AllowedPrefix.LinkLocalOf(key);

    /// <summary>Applies a network of the three, or of more.</summary>
    public void Load(ulong version, params byte[][] more)
    {
        byte[] file = NetworkBytes.File(
            version,
            1_760_000_000,
            0,
            [
                .. new[]
                {
                    Entry(Node.Key, 1),
                    Entry(KeptAlive.Key, 2, NetworkBytes.Field(5, 0, 25)),
                    Entry(Member.Key, 3, NetworkBytes.Field(2, 192, 0, 2, 3, 0xCA, 0x6C)),
                }.Concat(more).OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal),
            ]);
        Assert.Equal(NetworkFault.None, Node.Load(file));
        Configuration.Hear(NodeEvent.NetworkApplied, default);
        Configuration.FollowNetwork();
    }

    public static byte[] Entry(byte[] key, byte number, params byte[][] more)
    {
        List<byte[]> fields =
        [
            NetworkBytes.Field(1, 10, 0, 0, number, 32),
            NetworkBytes.Field(1, [0xFD, .. new byte[14], number, 128]),
            .. more,
        ];
        return NetworkBytes.Entry(key, [.. fields]);
    }

    /// <summary>Passes on what the node reported, as its host does.</summary>
    public void HearAll()
    {
        foreach ((NodeEvent what, byte[]? key, long _) in Node.Events)
        {
            Configuration.Hear(what, key);
        }

        Node.Events.Clear();
    }

    public Peer? Slot(byte[] key) => Node.Slot(key);

    public string Say(string said) => Dialogue.With(Configuration, said);

    /// <summary>Does a set and says how it ended.</summary>
    public int Set(params string[] lines)
    {
        string answer = Say($"set=1\n{string.Concat(lines.Select(l => l + "\n"))}\n");
        Assert.Matches("^errno=(0|-[0-9]+)\n\n$", answer);
        return int.Parse(answer[6..]);
    }

    /// <summary>What a get tells, without the errno.</summary>
    public string[] Get()
    {
        string[] lines = Say("get=1\n\n").Split('\n');
        Assert.Equal(["errno=0", "", ""], lines[^3..]);
        return lines[..^3];
    }

    /// <summary>The lines of one peer, its key first; empty when it is not told of.</summary>
    public string[] Get(byte[] key)
    {
        string[] lines = Get();
        int start = Array.IndexOf(lines, $"public_key={Hex(key)}");
        if (start < 0)
        {
            return [];
        }

        int end = Array.FindIndex(lines, start + 1, l => l.StartsWith("public_key="));
        return lines[start..(end < 0 ? lines.Length : end)];
    }
}
