using System;

namespace Spore.WireGuard;

/// <summary>The keys of one session (paper section 5.4.5) with their counters and their replay window.</summary>
public sealed class Keypair
{
    /// <summary>The 32-byte key for sending.</summary>
    internal readonly byte[] SendKey = new byte[Message.KeySize];

    /// <summary>The 32-byte key for receiving.</summary>
    internal readonly byte[] ReceiveKey = new byte[Message.KeySize];

    /// <summary>What has been received under it.</summary>
    internal readonly ReplayWindow Replay = new ReplayWindow();

    /// <summary>The peer whose it is, or null.</summary>
    internal Peer Owner;

    /// <summary>Whether it holds keys.</summary>
    internal bool IsValid;

    /// <summary>Whether this node sent the initiation.</summary>
    internal bool IsInitiator;

    /// <summary>The index by which the peer names this session.</summary>
    internal int LocalIndex;

    /// <summary>The index by which this node names it to the peer.</summary>
    internal int RemoteIndex;

    /// <summary>The counter of the next message to send.</summary>
    internal ulong SendCounter;

    /// <summary>When it was derived.</summary>
    internal long CreatedAt;

    /// <summary>Whether it may still carry messages.</summary>
    /// <param name="now">The monotonic clock.</param>
    internal bool IsLive(long now)
    {
        return IsValid && now - CreatedAt < Constants.RejectAfterTime;
    }

    /// <summary>Whether a message can be sent under it.</summary>
    /// <param name="now">The monotonic clock.</param>
    internal bool CanSend(long now)
    {
        return IsLive(now) && SendCounter < Constants.RejectAfterMessages;
    }

    /// <summary>Called when the session has ended; the keys are gone afterwards.</summary>
    internal void Wipe()
    {
        Array.Clear(SendKey, 0, Message.KeySize);
        Array.Clear(ReceiveKey, 0, Message.KeySize);
        Replay.Reset();
        IsValid = false;
        IsInitiator = false;
        LocalIndex = 0;
        RemoteIndex = 0;
        SendCounter = 0;
        CreatedAt = 0;
    }
}
