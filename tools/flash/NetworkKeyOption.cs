using System.CommandLine;
using System.IO;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>The key that signs networks, as it is given on the command line.</summary>
internal static class NetworkKeyOption
{
    /// <summary>The name of a trust root's file where none is given.</summary>
    public const string RootFile = "root.key";

    /// <summary>The name of a signing key's file where none is given.</summary>
    public const string SigningFile = "signing.key";

    /// <summary>Makes the option.</summary>
    /// <returns>The option.</returns>
    public static Option<string?> Make() => new("--key")
    {
        Description =
            "The key file of the trust root, or of a signing key that it certified for the version's epoch. [default: "
            + $"beside the network's file {SigningFile}, or else {RootFile}]",
        HelpName = $"{RootFile}|{SigningFile}",
    };

    /// <summary>Tells which key is meant.</summary>
    /// <param name="given">The option's value, or null.</param>
    /// <param name="network">The path of the network's file.</param>
    /// <returns>The path of the key's file.</returns>
    public static string PathOf(string? given, string network)
    {
        string folder = Path.GetDirectoryName(network) ?? "";
        string signing = Path.Combine(folder, SigningFile);
        return given ?? (File.Exists(signing) ? signing : Path.Combine(folder, RootFile));
    }

    /// <summary>Reads the key.</summary>
    /// <param name="terminal">For the warning about a file that others can read.</param>
    /// <param name="path">The path of its file.</param>
    /// <param name="passphraseFile">The file of its passphrase, or null.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InputException">It can't be used.</exception>
    public static NetworkKey Load(Terminal terminal, string path, string? passphraseFile)
    {
        NetworkKey key = NetworkKey.Load(path, PassphraseOptions.From(terminal, passphraseFile));
        terminal.WarnIfExposed(path);
        return key;
    }

    /// <summary>Checks that a key signs the networks of a version's epoch.</summary>
    /// <param name="key">The key.</param>
    /// <param name="keyFile">The path of its file.</param>
    /// <param name="version">The version.</param>
    /// <param name="where">The file and line of the version.</param>
    /// <exception cref="InputException">It does not.</exception>
    public static void CheckEpoch(NetworkKey key, string keyFile, ulong version, string where)
    {
        int epoch = VersionText.Epoch(version);
        if (epoch == key.Epoch)
        {
            return;
        }

        string right = VersionText.Format(VersionText.Make(key.Epoch, VersionText.Revision(version)));
        string what = key.Epoch == 0
            ? $"{keyFile} is the trust root, which signs versions without an epoch; sign with a key that it certified "
                + $"for epoch {epoch} (flash root certify), or write {right}"
            : $"{keyFile} signs epoch {key.Epoch} alone; write {right}, or sign with another key";
        throw new InputException(where, "Version", $"it is {VersionText.Format(version)}, and {what}");
    }
}
