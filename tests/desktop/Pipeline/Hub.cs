using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading;
using Spore.Base;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Live.Datagrams;
using Spore.Hostsim.Live.Packets;
using Spore.Hostsim.Live.Pipeline;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tests.Nodes;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Pipeline;

/// <summary>
/// A node with a pipeline, between outputs that write down what they get, as <c>LiveNode</c> is between sockets.
/// </summary>
internal sealed class Hub : IStation, ISealingTransport, INodeHost, IDatagramOutput, IPacketOutput, IDisposable
{
    private const int MostMembers = 64;

    private readonly object _record = new();
    private readonly List<byte[]> _datagrams = [];
    private readonly List<byte[]> _packets = [];
    private readonly ConcurrentDictionary<byte[], bool> _keys = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Worker> _workers = [];
    private readonly List<DatagramReceiver> _receivers = [];
    private readonly object _queueLock;
    private long _now = 1_000;
    private Exception? _fault;
    private ulong _version;

    /// <param name="helpers">The threads beside those that the test starts.</param>
    /// <param name="members">The number of members, with the seeds 2 and on.</param>
    /// <param name="newAead">Makes the ciphers; null for the machine's fastest.</param>
    public Hub(int helpers, int members, Func<IAead>? newAead = null)
    {
        HostPrimitives primitives = HostPrimitives.Find();
        NodeLimits limits = Limits();
        Pipeline = new PacketPipeline(
            Gate,
            limits.Slots,
            helpers,
            () => new PacketCipher(new WatchedAead(newAead?.Invoke() ?? primitives.NewAead(), Watch)),
            this,
            this,
            (_, _, _) => throw new InvalidOperationException("Nothing is lost here."),
            () => Now,
            Look);
        byte[] identity = new byte[IdentityRecord.Size];
        "SPOREID1"u8.CopyTo(identity);
        MeshNode.PrivateKey(Seed).CopyTo(identity, IdentityRecord.PrivateKeyOffset);
        NetworkBytes.TrustRoot.CopyTo(identity, IdentityRecord.TrustRootOffset);
        IdentityRecord.Seal(identity, 0);
        Node = new Node(
            limits,
            identity,
            this,
            new QuietEntropy(0x9E3779B97F4A7C15UL),
            this,
            Nodes.Mesh.BuildTime,
            Now,
            primitives.Aead,
            primitives.Multiplier,
            primitives.Compression);
        Pipeline.Node = Node;
        Endpoint.SetIpv4([192, 0, 2, Seed], 0, 51820);
        _queueLock = Field<object>(Pipeline.Queue, "_lock");
        Members = [.. Enumerable.Range(Seed + 1, members).Select(i => new Member(this, (byte)i))];
        Load(Members);
    }

    public byte Seed => 1;

    public byte[] Key => Node.PublicKey;

    public Endpoint Endpoint { get; } = new();

    public bool IsOn => true;

    public object Gate { get; } = new();

    public PacketPipeline Pipeline { get; }

    public Node Node { get; }

    /// <summary>All that there will be, in the network or not.</summary>
    public Member[] Members { get; }

    /// <summary>The node's clock in milliseconds; only the test moves it.</summary>
    public long Now
    {
        get => Volatile.Read(ref _now);
        set => Volatile.Write(ref _now, value);
    }

    /// <summary>Called with each key before it is used, by the thread that uses it.</summary>
    public Action<ReadOnlySpan<byte>>? BeforeCipher { get; set; }

    /// <summary>Takes the datagrams that are sent, in the place of <see cref="Datagrams"/>.</summary>
    public Sink? DatagramSink { get; set; }

    /// <summary>Takes the packets that are handed to the machine, in the place of <see cref="Packets"/>.</summary>
    public Sink? PacketSink { get; set; }

    /// <summary>Called under the lock for each packet that the node delivers.</summary>
    public Sink? Delivering { get; set; }

    /// <summary>Takes a datagram or a packet, which is valid during the call.</summary>
    public delegate void Sink(ReadOnlySpan<byte> bytes);

    /// <summary>The datagrams that were sent so far.</summary>
    public byte[][] Datagrams
    {
        get
        {
            lock (_record)
            {
                return [.. _datagrams];
            }
        }
    }

    /// <summary>The packets that the machine was handed so far.</summary>
    public byte[][] Packets
    {
        get
        {
            lock (_record)
            {
                return [.. _packets];
            }
        }
    }

    /// <summary>What a test has thrown that an output called, on whatever thread; null for nothing.</summary>
    public Exception? Fault => Volatile.Read(ref _fault);

    /// <summary>The keys of jobs that are not wiped.</summary>
    public int LiveKeys => _keys.Keys.Count(k => k.Any(b => b != 0));

    /// <summary>How many keys of jobs were used.</summary>
    public int UsedKeys => _keys.Count;

    /// <summary>Signs a network of members, and makes the node apply it.</summary>
    public void Load(IEnumerable<Member> members)
    {
        byte[] file = Nodes.Mesh.NetworkOf(++_version, [this, .. members]);
        lock (Gate)
        {
            Assert.Equal(NetworkFault.None, Node.Load(file, 0, file.Length, Now));
        }
    }

    /// <summary>Makes what feeds the node with datagrams; for one thread.</summary>
    public DatagramFeeder NewDatagramFeeder(int places = DatagramFeeder.MostPlaces)
    {
        DatagramReceiver receiver = Pipeline.NewDatagramReceiver(() => new DatagramsRead(places));
        lock (_record)
        {
            _receivers.Add(receiver);
            _workers.Add(Field<Worker>(receiver, "_worker"));
        }

        return new DatagramFeeder(receiver, Pipeline.Handshakes, places);
    }

    /// <summary>Makes what feeds the node with the machine's packets; for one thread.</summary>
    public PacketFeeder NewPacketFeeder() => new(Pipeline.NewPacketReceiver());

    /// <summary>Makes sessions with members that initiate, and forgets what was sent for that.</summary>
    public void Connect(DatagramFeeder feeder, params Member[] members)
    {
        foreach (Member member in members)
        {
            feeder.Feed(member.Initiate());
            Assert.True(member.TakeResponse(Datagrams), $"member {member.Seed} has no response");
            feeder.Feed(member.Seal([]));

            // A helper may do it.
            Crew.Await(() => HasSession(member), () => $"member {member.Seed} has no session");
        }

        Forget();
    }

    /// <summary>Forgets what was sent and delivered.</summary>
    public void Forget()
    {
        lock (_record)
        {
            _datagrams.Clear();
            _packets.Clear();
        }
    }

    /// <summary>Lets timers fire, as the thread of the node does that has no outbox.</summary>
    public void Advance()
    {
        lock (Gate)
        {
            Node.Advance(Now);
        }
    }

    private bool HasSession(Member member)
    {
        lock (Gate)
        {
            return Slot(member)!.HasSession(Now);
        }
    }

    public Peer? Slot(Member member) =>
        Node.Peers.SingleOrDefault(p => p.InUse && p.PublicKey.AsSpan().SequenceEqual(member.Key));

    /// <summary>The key under which a member's messages are opened, or the node's to it are sealed.</summary>
    public byte[] KeyOf(Member member, bool toSend)
    {
        Peer peer = Slot(member)!;
        int start = Keypairs.Start(peer.Current) + (toSend ? Keypairs.SendKey : Keypairs.ReceiveKey);
        return peer.Keypairs.Bytes.AsSpan(start, PacketCipher.KeySize).ToArray();
    }

    /// <summary>
    /// Should be called when all threads of the test have ended: waits for the helpers, and checks that each pool has
    /// its things back and that no key is left.
    /// </summary>
    public void AssertAllIsReturned()
    {
        Crew.Await(() => _fault != null || Missing() == null, () => Missing()!);
        Assert.Null(_fault);
        Assert.Equal(0, LiveKeys);
        Assert.True(Field<int>(Pipeline.Queue, "_waiting") == 0, "bytes wait in the queue");
    }

    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        Pipeline.Outbox.AddDatagram(buffer.AsSpan(offset, length), endpoint);
        Pipeline.SendDirect();
    }

    void ISealingTransport.Seal(
        byte[] buffer, int offset, int length, byte[] keys, int key, int slot, Endpoint endpoint) =>
        Pipeline.Seal(buffer, offset, length, keys, key, slot, endpoint);

    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        Put(buffer.AsSpan(offset, length), Delivering, null);
        bool isTaken = Pipeline.Outbox.AddPacket(buffer, offset, length);
        Pipeline.SendDirect();
        return isTaken;
    }

    bool INodeHost.FindEndpoint(byte[] key, int keyOffset, byte[]? name, int offset, int length, Endpoint endpoint) =>
        false;

    int INodeHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity) => 0;

    long INodeHost.FreeHeap() => -1;

    void INodeHost.Report(NodeEvent what, byte[]? key, int keyOffset, long value)
    {
    }

    void IDatagramOutput.Send(DatagramBatch batch, bool isIpv4)
    {
        lock (_record)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                DatagramBatch.Run run = batch.RunAt(i);
                for (int j = 0; j < run.Count; j++)
                {
                    Put(batch.Bytes.AsSpan(run.OffsetOf(j), run.LengthOf(j)), DatagramSink, _datagrams);
                }
            }
        }

        batch.Clear();
    }

    PacketBatch IPacketOutput.NewBatch() => new(false, false);

    void IPacketOutput.Send(PacketBatch batch)
    {
        lock (_record)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                // Behind the virtio header, which is a piece of its own.
                Put(batch.At(i)[1], PacketSink, _packets);
            }
        }

        batch.Clear();
    }

    void IStation.Receive(byte[] datagram, Endpoint from) => throw new NotSupportedException();

    public void Dispose() => Pipeline.Dispose();

    // What a test throws on a helper's thread would end the program.
    private void Put(ReadOnlySpan<byte> bytes, Sink? sink, List<byte[]>? list)
    {
        if (sink == null)
        {
            list?.Add(bytes.ToArray());
            return;
        }

        try
        {
            sink(bytes);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _fault, exception, null);
        }
    }

    private static NodeLimits Limits()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Peers = MostMembers;
        limits.Slots = MostMembers + limits.Guests;
        limits.Keypairs = (3 * limits.Slots) + 1;
        limits.Initiations = 2 * limits.Slots;
        return limits;
    }

    private static T Field<T>(object owner, string name) =>
        (T)owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(owner)!;

    private static string? Missing<T>(object owner, string name)
        where T : class
    {
        Pool<T> pool = Field<Pool<T>>(owner, name);
        int size = Field<T[]>(pool, "_items").Length;
        return pool.Count == size ? null : $"{owner.GetType().Name}.{name} has {pool.Count} of {size}";
    }

    private string? Missing()
    {
        lock (_record)
        {
            return _workers.Select(w => Missing<SealJob>(w.Outbox, "_jobs"))
                .Concat(_receivers.Select(r => Missing<OpenJob>(r, "_jobs")))
                .Concat(_receivers.Select(r => Missing<DatagramRoom>(r, "_rooms")))
                .FirstOrDefault(m => m != null);
        }
    }

    private void Watch(byte[] key, int offset)
    {
        // Those of jobs: what goes out under the lock is sealed with the core's own.
        if (key.Length == PacketCipher.KeySize && !_keys.ContainsKey(key))
        {
            _keys[key] = true;
        }

        BeforeCipher?.Invoke(key.AsSpan(offset, PacketCipher.KeySize));
    }

    // Called under the lock, when the thread that has it has added its jobs.
    private void Look()
    {
        lock (_queueLock)
        {
            for (int i = 0; i < MostMembers; i++)
            {
                for (CipherJob? job = Pipeline.SealQueueOf(i).First; job != null; job = job.Next)
                {
                    if (!_workers.Contains(job.Owner!))
                    {
                        _workers.Add(job.Owner!);
                    }
                }
            }
        }
    }
}
