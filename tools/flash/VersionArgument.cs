using System.CommandLine;
using System.CommandLine.Parsing;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Network versions as they are given on the command line.</summary>
internal static class VersionArgument
{
    /// <summary>Makes an option that takes a network version.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="least">The lowest version allowed, and the default: 0, which stands for any version, or 1.</param>
    /// <returns>The option.</returns>
    public static Option<ulong> Make(string name, string description, ulong least) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => least,
        HelpName = "VERSION",
        CustomParser = result => Parse(name, least, result),
    };

    private static ulong Parse(string name, ulong least, ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        ulong? version = text == "0" && least == 0 ? 0 : VersionText.TryParse(text);
        if (version is null)
        {
            string any = least == 0 ? "0, for any version, or " : "";
            result.AddError($"{name}: {MessageText.Quote(text)} is not {any}{VersionText.Form}");
        }

        return version ?? 0;
    }
}
