using System;
using Spore.Mesh;

namespace Spore.Hostsim.Live.Configuration;

/// <summary>The limits of a real node.</summary>
internal static class LiveLimits
{
    /// <summary>How many members have a session at a time where the operator does not say.</summary>
    public const int UsualSessions = 1024;

    /// <summary>How many sessions there can be: slots are numbered with 16 bits.</summary>
    public const int MostSessions = 30_000;

    // A peer's lines in `status`.
    private const int StatusBytesOfPeer = 256;

    // A session is renewed before it ends, and packets under the old one are still on their way.
    private const int KeypairsOfSession = 3;

    /// <summary>Makes the limits that the options ask for.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The limits.</returns>
    public static NodeLimits Of(NodeOptions options)
    {
        NodeLimits limits = NodeLimits.Desktop();
        limits.Peers = options.Sessions;
        limits.Slots = options.Sessions + limits.Guests;
        limits.Keypairs = KeypairsOfSession * limits.Slots;
        limits.Initiations = Math.Max(limits.Initiations, options.Sessions);
        limits.RateLimitSources = Math.Max(limits.RateLimitSources, 2 * options.Sessions);
        limits.StatusBytes = Math.Clamp(
            StatusBytesOfPeer * options.Sessions, limits.StatusBytes, limits.NetworkBytes / 2);
        limits.Mtu = options.Mtu;
        limits.BlockSize = options.BlockSize ?? limits.BlockSize;
        limits.Window = options.Window ?? limits.Window;
        limits.HandshakeInterval = (1000 + options.HandshakeRate - 1) / options.HandshakeRate;
        return limits;
    }
}
