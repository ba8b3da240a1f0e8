using System.Globalization;

namespace Spore.Hostsim.Display;

/// <summary>Numbers of bytes as people read them.</summary>
internal static class ByteSize
{
    /// <summary>Writes a number of bytes with its unit.</summary>
    /// <param name="bytes">The number.</param>
    /// <returns>At most one digit after the point, and B, kB or MB.</returns>
    public static string Describe(long bytes)
    {
        return bytes switch
        {
            < 1000 => $"{bytes} B",
            < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        };
    }
}
