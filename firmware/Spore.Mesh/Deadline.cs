using Spore.Sync;

namespace Spore.Mesh;

/// <summary>
/// What a node has to do at some time, as indices into one array of deadlines, in the order in which it is done.
/// </summary>
internal static class Deadline
{
    /// <summary>A timer of the tunnel.</summary>
    internal const int Tunnel = 0;

    /// <summary>A timer of a transfer.</summary>
    internal const int Tftp = 1;

    /// <summary>The lifetime of a guest ends.</summary>
    internal const int Guests = 2;

    /// <summary>Sessions of a new network that are kept alive are opened.</summary>
    internal const int KeptAlive = 3;

    /// <summary>A hello is sent, and known peers are initiated to.</summary>
    internal const int Hello = 4;

    /// <summary>A hello is answered.</summary>
    internal const int Answer = 5;

    /// <summary>Peers are initiated to, since the outer network has changed.</summary>
    internal const int Probe = 6;

    /// <summary>The first deadline of <see cref="NetworkSync"/>.</summary>
    internal const int FirstOfSync = 7;

    /// <summary>The applied network expires.</summary>
    internal const int Expiry = FirstOfSync + SyncDeadline.Expiry;

    /// <summary>A witness is asked whether the network is current.</summary>
    internal const int Freshness = FirstOfSync + SyncDeadline.Freshness;

    /// <summary>Heads are read and written.</summary>
    internal const int Exchange = FirstOfSync + SyncDeadline.Exchange;

    /// <summary>A network is read from a peer.</summary>
    internal const int Turn = FirstOfSync + SyncDeadline.Turn;

    /// <summary>When a signature may be checked next. It is a part of <see cref="Work"/>.</summary>
    internal const int Check = FirstOfSync + SyncDeadline.Check;

    /// <summary>Proofs that could not be had are read again.</summary>
    internal const int Proofs = FirstOfSync + SyncDeadline.Proofs;

    /// <summary>A signature is checked, or something is made ahead of need.</summary>
    internal const int Work = FirstOfSync + SyncDeadline.Count;

    /// <summary>The number of those above.</summary>
    internal const int Count = Work + 1;
}
