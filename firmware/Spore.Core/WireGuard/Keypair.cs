using System;

namespace Spore.WireGuard;

/// <summary>The keys of one session (paper section 5.4.5) with their counters and their replay window.</summary>
public sealed class Keypair
{
    /// <summary>Where the 32-byte key for sending starts in <see cref="Bytes"/>.</summary>
    internal const int SendKey = 0;

    /// <summary>Where the 32-byte key for receiving starts.</summary>
    internal const int ReceiveKey = SendKey + Message.KeySize;

    private const int Window = ReceiveKey + Message.KeySize;

    /// <summary>The length of <see cref="Bytes"/>.</summary>
    internal const int Size = Window + ReplayWindow.Bytes;

    /// <summary>Both keys, and what has been received under them; in one array, since each takes a device's memory of its own.</summary>
    internal readonly byte[] Bytes;

    /// <summary>The peer whose it is, or null.</summary>
    internal Peer Owner;

    /// <summary>Whether this node sent the initiation.</summary>
    internal bool IsInitiator;

    /// <summary>The index by which the peer names this session; 0 when it holds no keys.</summary>
    internal int LocalIndex;

    /// <summary>The index by which this node names it to the peer.</summary>
    internal int RemoteIndex;

    /// <summary>The counter of the next message to send.</summary>
    internal ulong SendCounter;

    /// <summary>When it was derived.</summary>
    internal long CreatedAt;

    private ulong _nextToReceive;

    /// <summary>Makes one without keys.</summary>
    /// <param name="bytes"><see cref="Size"/> bytes for it to keep; null for one that will never have keys.</param>
    internal Keypair(byte[] bytes)
    {
        Bytes = bytes;
    }

    /// <summary>Whether it holds keys.</summary>
    internal bool IsValid
    {
        get { return LocalIndex != 0; }
    }

    /// <summary>Whether it may still carry messages.</summary>
    /// <param name="now">The monotonic clock.</param>
    internal bool IsLive(long now)
    {
        return LocalIndex != 0 && now - CreatedAt < Constants.RejectAfterTime;
    }

    /// <summary>Whether a message can be sent under it.</summary>
    /// <param name="now">The monotonic clock.</param>
    internal bool CanSend(long now)
    {
        return IsLive(now) && SendCounter < Constants.RejectAfterMessages;
    }

    /// <summary>Called after a message has verified; records its counter.</summary>
    /// <param name="counter">The message's counter.</param>
    /// <returns>False when the counter was seen before or is too old; then nothing has changed.</returns>
    internal bool Accept(ulong counter)
    {
        if (!ReplayWindow.Accept(Bytes, Window, _nextToReceive, counter))
        {
            return false;
        }

        if (counter >= _nextToReceive)
        {
            _nextToReceive = counter + 1;
        }

        return true;
    }

    /// <summary>Called when the session has ended; the keys are gone afterwards.</summary>
    internal void Wipe()
    {
        Array.Clear(Bytes, 0, Size);
        IsInitiator = false;
        LocalIndex = 0;
        RemoteIndex = 0;
        SendCounter = 0;
        CreatedAt = 0;
        _nextToReceive = 0;
    }
}
