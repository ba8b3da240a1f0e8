using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Signing;

namespace Spore.Hostsim.Live.Configuration;

/// <summary>What a real node is made from.</summary>
internal sealed record NodeOptions
{
    /// <summary>The usual <see cref="ServeLimit"/>.</summary>
    public const int UsualServeLimit = 64_000_000;

    /// <summary>The paths of the files with secrets.</summary>
    public IEnumerable<string> Secrets =>
        [Identity, .. PresharedKeys.Select(k => k.Path), .. KeyLog == null ? Array.Empty<string>() : [KeyLog]];

    /// <summary>The path of the identity record.</summary>
    public required string Identity { get; init; }

    /// <summary>Where to listen.</summary>
    public required ListenAddress Listen { get; init; }

    /// <summary>The path of a network file, or null.</summary>
    public string? Network { get; init; }

    /// <summary>Configured peers.</summary>
    public IReadOnlyList<PeerArgument> Peers { get; init; } = [];

    /// <summary>The files with the preshared keys of configured peers.</summary>
    public IReadOnlyList<KeyFileArgument> PresharedKeys { get; init; } = [];

    /// <summary>The endpoint to say hello to beyond the local network, or null.</summary>
    public PeerEndpoint? Rendezvous { get; init; }

    /// <summary>The name of the TUN interface to make, or null.</summary>
    public string? Tun { get; init; }

    /// <summary>Whether a default route of a member's is a route of this machine too.</summary>
    public bool DefaultRoute { get; init; }

    /// <summary>The path of the key log, or null.</summary>
    public string? KeyLog { get; init; }

    /// <summary>The path of the folder that members can read, or null.</summary>
    public string? Serve { get; init; }

    /// <summary>Whether members can write that folder too.</summary>
    public bool IsWritable { get; init; }

    /// <summary>The largest file that they may write there, in bytes.</summary>
    public int ServeLimit { get; init; } = UsualServeLimit;

    /// <summary>The command that answers requests of members, for the shell; null for none.</summary>
    public string? RequestCommand { get; init; }

    /// <summary>The command that is run for changes of the node, for the shell; null for none.</summary>
    public string? OnChange { get; init; }

    /// <summary>The name of the control socket; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>The group that may ask at the control socket; null for the usual one, if there is one.</summary>
    public string? ControlGroup { get; init; }

    /// <summary>The path of the hosts file in which the members' names are kept, or null.</summary>
    public string? Hosts { get; init; }

    /// <summary>Where metrics are served; null for nowhere.</summary>
    public ListenAddress? Metrics { get; init; }

    /// <summary>The handshakes a second that are worked on without asking for cookies, 1 to 1000.</summary>
    public int HandshakeRate { get; init; } = 500;

    /// <summary>
    /// How many members have a session at a time, at most; 1 to <see cref="LiveLimits.MostSessions"/>.
    /// </summary>
    public int Sessions { get; init; } = LiveLimits.UsualSessions;

    /// <summary>Whether the node is not told the machine's time.</summary>
    public bool NoClock { get; init; }

    /// <summary>Whether the node uses the core's own primitives only.</summary>
    public bool OwnCrypto { get; init; }

    /// <summary>The tunnel's MTU.</summary>
    public int Mtu { get; init; }

    /// <summary>The block size to ask for in own TFTP transfers, in bytes; null for the usual one.</summary>
    public int? BlockSize { get; init; }

    /// <summary>The largest window of a TFTP transfer, in blocks; null for the usual one.</summary>
    public int? Window { get; init; }
}
