using System;
using Spore.WireGuard;

namespace Spore.Samples;

/// <summary>Prints a line when a session comes up or ends.</summary>
internal sealed class SessionLog : ConfiguredHost
{
    /// <summary>Starts the clock.</summary>
    /// <param name="unixMilliseconds">The wall time in milliseconds since 1970.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public SessionLog(long unixMilliseconds, long now)
        : base(unixMilliseconds, now)
    {
    }

    /// <inheritdoc/>
    public override void SessionUp(Peer peer, bool isInitiator, long now)
    {
        Console.WriteLine(isInitiator ? "session up, initiated by the board" : "session up, initiated by the server");
    }

    /// <inheritdoc/>
    public override void SessionDown(Peer peer, long now)
    {
        Console.WriteLine("session down");
    }
}
