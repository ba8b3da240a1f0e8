using System;
using System.Linq;
using System.Text;
using System.Text.Unicode;

namespace Spore.Hostsim.Live.Serving;

/// <summary>The names of served files: <c>files/</c>, and a path in the folder, in UTF-8.</summary>
internal static class ServedName
{
    /// <summary>What the names begin with.</summary>
    public const string Prefix = "files/";

    /// <summary>How temporary files begin and end. They are never served.</summary>
    public const string TemporaryPrefix = ".spore-";

    /// <inheritdoc cref="TemporaryPrefix"/>
    public const string TemporarySuffix = ".part";

    /// <summary>Whether a name is one of the folder's.</summary>
    /// <param name="name">The name as requested.</param>
    /// <returns>Whether it begins with the prefix.</returns>
    public static bool Is(ReadOnlySpan<byte> name)
    {
        return name.StartsWith("files/"u8);
    }

    /// <summary>Reads the path of a name.</summary>
    /// <param name="name">A name that <see cref="Is"/> one of the folder's.</param>
    /// <returns>
    /// The components of the path, at least one; null where a component is empty, <c>.</c>, <c>..</c> or the name of a
    /// temporary file, or where the name has a control character or is not UTF-8.
    /// </returns>
    public static string[]? Parse(ReadOnlySpan<byte> name)
    {
        if (!Utf8.IsValid(name))
        {
            return null;
        }

        string path = Encoding.UTF8.GetString(name[Prefix.Length..]);
        string[] components = path.Split('/');
        return path.Any(char.IsControl) || components.Any(c => c is "" or "." or ".." || IsTemporary(c))
            ? null
            : components;
    }

    /// <summary>Whether a file is a temporary one.</summary>
    /// <param name="name">Its name, without a path.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsTemporary(string name)
    {
        return name.StartsWith(TemporaryPrefix, StringComparison.Ordinal)
            && name.EndsWith(TemporarySuffix, StringComparison.Ordinal);
    }
}
