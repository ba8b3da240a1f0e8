using Spore.Base;

namespace Spore.Services;

/// <summary>What the file <c>status</c> shows of a node.</summary>
internal interface IStatusSource
{
    /// <summary>The state of the node's network, as an index into the words of <see cref="StatusText"/>.</summary>
    int StatusState { get; }

    /// <summary>The reason for the state, as an index into the words of <see cref="StatusText"/>.</summary>
    int StatusReason { get; }

    /// <summary>The version of the firmware, in ASCII, or null.</summary>
    string StatusFirmware { get; }

    /// <summary>The version of the applied network; 0 for none.</summary>
    ulong StatusVersion { get; }

    /// <summary>A number of the node's lines.</summary>
    /// <param name="index">Its index in the text, from 0.</param>
    /// <returns>The number, at least 0; or <see cref="StatusText.Unknown"/>.</returns>
    long StatusNumber(int index);

    /// <summary>The public key of a peer, 32 bytes, valid until the next call.</summary>
    /// <param name="slot">The slot of the peer.</param>
    byte[] StatusKey(int slot);

    /// <summary>The length of a peer's label in bytes; 0 where it has none.</summary>
    /// <param name="slot">The slot of the peer.</param>
    int StatusLabel(int slot);

    /// <summary>After <see cref="StatusLabel"/>: the buffer with the label.</summary>
    byte[] StatusLabelBytes { get; }

    /// <summary>After <see cref="StatusLabel"/>: where the label starts in that buffer.</summary>
    int StatusLabelOffset { get; }

    /// <summary>The endpoint of a peer.</summary>
    /// <param name="slot">The slot of the peer.</param>
    Endpoint StatusEndpoint(int slot);

    /// <summary>The version of the last network that a peer has shown; 0 for none.</summary>
    /// <param name="slot">The slot of the peer.</param>
    ulong StatusPeerVersion(int slot);

    /// <summary>A number of a peer's line.</summary>
    /// <param name="slot">The slot of the peer.</param>
    /// <param name="index">Its index in the line, from 0.</param>
    /// <returns>The number, at least 0; or <see cref="StatusText.Unknown"/>.</returns>
    long StatusPeerNumber(int slot, int index);
}
