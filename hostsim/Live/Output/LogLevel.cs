namespace Spore.Hostsim.Live.Output;

/// <summary>How much a log line matters. The values are syslog's severities (RFC 5424 section 6.2.1).</summary>
internal enum LogLevel
{
    /// <summary>Something does not work until somebody does something about it.</summary>
    Error = 3,

    /// <summary>Something may need attention.</summary>
    Warning = 4,

    /// <summary>A change of the network or of the node's state.</summary>
    Notice = 5,

    /// <summary>What goes on in a node that is well.</summary>
    Info = 6,

    /// <summary>Also what repeats.</summary>
    Debug = 7,
}
