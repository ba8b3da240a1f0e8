namespace Spore.Hostsim.Live.Output;

/// <summary>The form of a log line.</summary>
internal enum LogFormat
{
    /// <summary>Text for people.</summary>
    Text,

    /// <summary>An object of JSON.</summary>
    Json,
}
