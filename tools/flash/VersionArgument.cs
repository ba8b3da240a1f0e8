using System.Globalization;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Network versions as they are given on the command line.</summary>
internal static class VersionArgument
{
    /// <summary>Reads a version.</summary>
    /// <param name="text">Its decimal digits.</param>
    /// <param name="name">The argument's name, for messages.</param>
    /// <param name="least">The least that it may be.</param>
    /// <returns>The version.</returns>
    /// <exception cref="InputException">It is none.</exception>
    public static ulong Parse(string text, string name, ulong least) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong version) && version >= least
            ? version
            : throw new InputException(
                name, null, $"'{text}' is not a network version, a number from {least} to {ulong.MaxValue}");
}
