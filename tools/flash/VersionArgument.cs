using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Spore.Flash;

/// <summary>Network versions as they are given on the command line.</summary>
internal static class VersionArgument
{
    /// <summary>Makes an option that takes a network version.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="least">The lowest version allowed, and the default.</param>
    /// <returns>The option.</returns>
    public static Option<ulong> Make(string name, string description, ulong least) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => least,
        HelpName = "N",
        CustomParser = result => Parse(name, least, result),
    };

    private static ulong Parse(string name, ulong least, ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong version)
            && version >= least)
        {
            return version;
        }

        result.AddError($"{name}: '{text}' is not a network version, a number from {least} to {ulong.MaxValue}");
        return 0;
    }
}
