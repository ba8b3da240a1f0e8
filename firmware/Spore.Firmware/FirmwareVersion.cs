namespace Spore.Firmware;

/// <summary>Which firmware this is.</summary>
internal static class FirmwareVersion
{
    /// <summary>The version, for people.</summary>
    public const string Text = "0.1.0";

    /// <summary>When this version was made, in Unix seconds: 2026-11-25. The node's first wall time.</summary>
    public const long BuildTime = 1795564800;
}
