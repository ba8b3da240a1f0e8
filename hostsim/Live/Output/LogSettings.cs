namespace Spore.Hostsim.Live.Output;

/// <summary>How a log is written.</summary>
internal sealed record LogSettings
{
    /// <summary>The lines that matter less than this are left out.</summary>
    public LogLevel Level { get; init; } = LogLevel.Info;

    /// <summary>The form of the lines.</summary>
    public LogFormat Format { get; init; }

    /// <summary>
    /// Whether the output is a stream to systemd's journal: each line then begins with its priority (sd-daemon(3)).
    /// </summary>
    public bool IsJournal { get; init; }
}
