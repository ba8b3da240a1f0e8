namespace Spore.Hostsim.Live.Output;

/// <summary>How a log is written.</summary>
internal sealed record LogSettings
{
    /// <summary>The lines that matter less than this are left out.</summary>
    public LogLevel Level { get; init; } = LogLevel.Info;

    /// <summary>The form of the lines.</summary>
    public LogFormat Format { get; init; }
}
