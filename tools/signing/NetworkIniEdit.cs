using System;
using System.Collections.Generic;
using System.Text;
using System.Text.RegularExpressions;

namespace Spore.Signing;

/// <summary>
/// Changes values in the INI file of a network. All that people wrote around them stays byte for byte.
/// </summary>
public static partial class NetworkIniEdit
{
    private const string Section = "[Network]";

    /// <summary>Writes a version and a time of issue into the file, for the next network of its members.</summary>
    /// <param name="bytes">The file's bytes, which <see cref="NetworkIni.Parse"/> has accepted.</param>
    /// <param name="version">The version.</param>
    /// <param name="issued">When it is issued, in Unix seconds. A line for it is added where there is none.</param>
    /// <returns>The bytes of the new file.</returns>
    public static byte[] SetVersion(ReadOnlySpan<byte> bytes, ulong version, long issued)
    {
        // A byte is a character here, so that labels come out as they were.
        List<string> lines = [.. Encoding.Latin1.GetString(bytes).Split('\n')];
        int versionLine = Find(lines, "Version");
        int issuedLine = Find(lines, "Issued");
        string time = NetworkIni.FormatTime(issued);
        string old = lines[versionLine];
        lines[versionLine] = Replace(old, VersionText.Format(version));
        if (issuedLine >= 0)
        {
            lines[issuedLine] = Replace(lines[issuedLine], time);
        }
        else
        {
            // The last line of a file may have no end.
            bool isLast = versionLine == lines.Count - 1;
            lines.Insert(versionLine + 1, $"Issued = {time}{(old.EndsWith('\r') && !isLast ? "\r" : "")}");
        }

        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    /// <summary>Finds the line of a key of the [Network] section.</summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="key">The key.</param>
    /// <returns>The number of its line, from 1; 0 where there is none.</returns>
    public static int LineOf(ReadOnlySpan<byte> bytes, string key) =>
        Find([.. Encoding.Latin1.GetString(bytes).Split('\n')], key) + 1;

    private static int Find(List<string> lines, string key)
    {
        bool isInside = false;
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].TrimStart('\u00EF', '\u00BB', '\u00BF').Trim();
            if (line.StartsWith('['))
            {
                isInside = line.Length > 1 && SectionName().Match(line).Value
                    .Replace(" ", "").Replace("\t", "").Equals(Section, StringComparison.OrdinalIgnoreCase);
            }
            else if (isInside && line.Split('=')[0].TrimEnd().Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private static string Replace(string line, string value)
    {
        Match match = Assignment().Match(line);
        return match.Groups["before"].Value + value + match.Groups["after"].Value;
    }

    [GeneratedRegex(@"^\[[^\]]*\]")]
    private static partial Regex SectionName();

    // What is behind the value: white space, and a comment where there is one.
    [GeneratedRegex(
        "^(?<before>[^=]*=[ \\t]*)(\"[^\"]*\"|.*?)(?<after>[ \\t\\r]*([ \\t][#;].*)?)$", RegexOptions.Singleline)]
    private static partial Regex Assignment();
}
