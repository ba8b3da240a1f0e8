using System.Globalization;

namespace Spore.Signing;

/// <summary>
/// Network versions as text: <c>12</c> in epoch 0, else the epoch, a dot and the revision, as <c>3.12</c>. Everything
/// that people read or write has this form.
/// </summary>
public static class VersionText
{
    /// <summary>The highest epoch.</summary>
    public const int MaxEpoch = ushort.MaxValue;

    /// <summary>The highest revision.</summary>
    public const ulong MaxRevision = (1UL << RevisionBits) - 1;

    /// <summary>What a version looks like, for messages.</summary>
    public const string Form =
        "a revision from 1 to 281474976710655, behind an epoch from 1 to 65535 and a dot where there is one, like 12 "
        + "or 3.12";

    private const int RevisionBits = 48;

    /// <summary>Makes a version.</summary>
    /// <param name="epoch">The epoch, 0 to <see cref="MaxEpoch"/>.</param>
    /// <param name="revision">The revision, 1 to <see cref="MaxRevision"/>.</param>
    /// <returns>The version.</returns>
    public static ulong Make(int epoch, ulong revision) => ((ulong)epoch << RevisionBits) | revision;

    /// <summary>The epoch of a version.</summary>
    /// <param name="version">The version.</param>
    /// <returns>Its upper 16 bits.</returns>
    public static int Epoch(ulong version) => (int)(version >> RevisionBits);

    /// <summary>The revision of a version.</summary>
    /// <param name="version">The version.</param>
    /// <returns>Its lower 48 bits.</returns>
    public static ulong Revision(ulong version) => version & MaxRevision;

    /// <summary>Writes a version.</summary>
    /// <param name="version">The version.</param>
    /// <returns>The text.</returns>
    public static string Format(ulong version)
    {
        string revision = Revision(version).ToString(CultureInfo.InvariantCulture);
        return Epoch(version) == 0
            ? revision
            : $"{Epoch(version).ToString(CultureInfo.InvariantCulture)}.{revision}";
    }

    /// <summary>Reads a version.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The version, or null when the text is not one.</returns>
    public static ulong? TryParse(string text)
    {
        int dot = text.IndexOf('.');
        int epoch = 0;
        return (dot < 0 || (DecimalText.TryParse(text[..dot], MaxEpoch, out epoch) && epoch != 0))
            && ulong.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ulong revision)
            && revision is >= 1 and <= MaxRevision
            ? Make(epoch, revision)
            : null;
    }
}
