using System;

namespace Spore.WireGuard;

/// <summary>One slot for a peer: its keys, sessions, handshakes and timers. Slots are made once and used again.</summary>
public sealed class Peer
{
    /// <summary>The number of this slot.</summary>
    public readonly int Slot;

    /// <summary>The 32-byte public key; not to be changed.</summary>
    public readonly byte[] PublicKey = new byte[Message.KeySize];

    /// <summary>The 16-byte link-local address of the key; not to be changed.</summary>
    public readonly byte[] LinkLocal = new byte[16];

    /// <summary>Where it was last heard.</summary>
    public readonly Endpoint Endpoint = new Endpoint();

    /// <summary>Whether the slot holds a peer.</summary>
    public bool InUse;

    /// <summary>Whether it is neither in the network nor configured by hand.</summary>
    public bool IsGuest;

    /// <summary>Whether it was configured by hand.</summary>
    public bool IsConfigured;

    /// <summary>The index of its entry in the applied network, or -1.</summary>
    public int Entry;

    /// <summary>When the slot was taken.</summary>
    public long Since;

    /// <summary>When it last sent a message that verified, or the slot was taken.</summary>
    public long LastHeard;

    /// <summary>Whether it has sent a transport message.</summary>
    public bool HasSpoken;

    /// <summary>Bytes of datagrams received from it that verified.</summary>
    public long BytesReceived;

    /// <summary>Bytes of datagrams sent to it.</summary>
    public long BytesSent;

    internal readonly byte[] PresharedKey = new byte[Message.KeySize];
    internal readonly byte[] StaticStatic = new byte[Message.KeySize];
    internal readonly byte[] Mac1Key = new byte[Message.KeySize];
    internal readonly byte[] LatestTimestamp = new byte[Message.TimestampSize];
    internal readonly byte[] SentTimestamp = new byte[Message.TimestampSize];
    internal readonly EphemeralPair Pair = new EphemeralPair();
    internal readonly PeerTimers Timers = new PeerTimers();

    // Out of the tunnel's pools; where there is none, the pool's None.
    internal Keypair Previous;
    internal Keypair Current;
    internal Keypair Next;
    internal Initiation Initiation;
    internal Initiation Provoked;

    internal long InitiationConsumedAt;
    internal int KeepaliveInterval;
    internal bool SessionReported;

    /// <summary>Makes an empty slot.</summary>
    /// <param name="slot">Its number.</param>
    /// <param name="noKeypair">What stands for a keypair that it does not have.</param>
    /// <param name="noInitiation">What stands for an initiation that it has not sent.</param>
    internal Peer(int slot, Keypair noKeypair, Initiation noInitiation)
    {
        Slot = slot;
        Previous = noKeypair;
        Current = noKeypair;
        Next = noKeypair;
        Initiation = noInitiation;
        Provoked = noInitiation;
        Wipe();
    }

    /// <summary>Whether the network names this peer.</summary>
    public bool IsMember
    {
        get { return Entry >= 0; }
    }

    /// <summary>When the keys of the present session were made.</summary>
    public long SessionSince
    {
        get { return Current.CreatedAt; }
    }

    /// <summary>Whether there is a session that can carry packets to it.</summary>
    /// <param name="now">The monotonic clock.</param>
    /// <returns>True when there is.</returns>
    public bool HasSession(long now)
    {
        return Current.IsLive(now);
    }

    /// <summary>When its ephemeral pair is to be made, or made anew; a guest has none.</summary>
    internal long PairDue
    {
        get
        {
            if (IsGuest)
            {
                return Constants.Never;
            }

            return Pair.IsMade ? Pair.MadeAt + EphemeralPair.Lifetime : Since;
        }
    }

    /// <summary>Called when a keypair is taken from this peer.</summary>
    internal void Forget(Keypair keypair, Keypair none)
    {
        if (Previous == keypair)
        {
            Previous = none;
        }
        else if (Next == keypair)
        {
            Next = none;
        }
        else if (Current == keypair)
        {
            Current = none;
        }
    }

    /// <summary>Called when an initiation is taken from this peer.</summary>
    internal void Forget(Initiation initiation, Initiation none)
    {
        if (Initiation == initiation)
        {
            Initiation = none;
        }
        else if (Provoked == initiation)
        {
            Provoked = none;
        }
    }

    /// <summary>Called when the peer is gone and its sessions have ended; the slot is as new.</summary>
    internal void Wipe()
    {
        Array.Clear(PublicKey, 0, Message.KeySize);
        Array.Clear(LinkLocal, 0, 16);
        Array.Clear(PresharedKey, 0, Message.KeySize);
        Array.Clear(StaticStatic, 0, Message.KeySize);
        Array.Clear(Mac1Key, 0, Message.KeySize);
        Array.Clear(LatestTimestamp, 0, Message.TimestampSize);
        Array.Clear(SentTimestamp, 0, Message.TimestampSize);
        Endpoint.Clear();
        Pair.Wipe();
        Timers.StopAll();
        InUse = false;
        IsGuest = false;
        IsConfigured = false;
        Entry = -1;
        Since = 0;
        LastHeard = 0;
        HasSpoken = false;
        BytesReceived = 0;
        BytesSent = 0;
        InitiationConsumedAt = -Constants.RekeyTimeout;
        KeepaliveInterval = 0;
        SessionReported = false;
    }
}
