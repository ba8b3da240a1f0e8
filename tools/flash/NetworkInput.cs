using System;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Files that describe a network: an INI file, or a signed one.</summary>
internal static class NetworkInput
{
    /// <summary>The size of the largest INI file that is read, in bytes.</summary>
    public const int IniLimit = 128 << 20;

    /// <summary>Tells whether a file is a signed network.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <returns>Whether it begins with the magic of a header.</returns>
    public static bool IsSigned(ReadOnlySpan<byte> bytes) => bytes.StartsWith("spore-1\n"u8);

    /// <summary>Tells where an INI file has the version.</summary>
    /// <param name="ini">The file's bytes, which <see cref="NetworkIni.Parse"/> has accepted.</param>
    /// <param name="path">Its path.</param>
    /// <returns>The file and the line.</returns>
    public static string VersionLine(ReadOnlySpan<byte> ini, string path) =>
        $"{path}:{NetworkIniEdit.LineOf(ini, "Version")}";

    /// <summary>Reads a network, whose signature is not checked.</summary>
    /// <param name="terminal">For the progress.</param>
    /// <param name="path">The path of its file.</param>
    /// <param name="now">The time of issue where an INI file names none.</param>
    /// <returns>The network.</returns>
    /// <exception cref="InputException">The file can't be used.</exception>
    public static NetworkDescription Read(Terminal terminal, string path, DateTimeOffset now)
    {
        byte[] bytes = InputFile.Read(path, Math.Max(IniLimit, NetworkReader.SizeLimit));
        return terminal.Progress.Run(p =>
            IsSigned(bytes) ? NetworkReader.Read(bytes, path, p) : NetworkIni.Parse(bytes, path, now, p));
    }
}
