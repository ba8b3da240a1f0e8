using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Spore.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>The passphrases of keys, as they are given on the command line.</summary>
internal static class PassphraseOptions
{
    private const int SizeLimit = 4096;
    private const string FileName = "--passphrase-file";

    /// <summary>Makes the option for the file of a passphrase.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="use">What the passphrase is for, with a verb.</param>
    /// <returns>The option.</returns>
    public static Option<string?> File(string name = FileName, string use = "opens an encrypted key") => new(name)
    {
        Description = $"A file whose first line is the passphrase that {use}. [default: ask on the terminal]",
        HelpName = "FILE",
    };

    /// <summary>Makes the option to encrypt a new key.</summary>
    /// <returns>The option.</returns>
    public static Option<bool> Encrypt() => new("--encrypt")
    {
        Description = "Encrypt the new key with a passphrase (Argon2id and XChaCha20-Poly1305).",
    };

    /// <summary>Where the passphrases of keys that are there come from.</summary>
    /// <param name="terminal">Where to ask.</param>
    /// <param name="file">The value of the option for the file, or null.</param>
    /// <returns>The source.</returns>
    public static IPassphrases From(Terminal terminal, string? file) => new Source(terminal, file);

    /// <summary>Gets the passphrase of a new key.</summary>
    /// <param name="terminal">Where to ask; twice, since nobody sees it.</param>
    /// <param name="isWanted">The value of <c>--encrypt</c>.</param>
    /// <param name="file">The value of the option for the file, or null.</param>
    /// <param name="fileOption">The name of that option, for messages.</param>
    /// <param name="path">The path of the new key's file.</param>
    /// <returns>The passphrase in UTF-8, or null where the key stays plain.</returns>
    /// <exception cref="UsageException">There is a file, but the key is not to be encrypted.</exception>
    /// <exception cref="InputException">There is no passphrase, or it was mistyped.</exception>
    public static byte[]? ForNew(
        Terminal terminal, bool isWanted, string? file, string path, string fileOption = FileName)
    {
        if (!isWanted)
        {
            return file is null
                ? null
                : throw new UsageException(fileOption, "this is for --encrypt, which is missing");
        }

        if (file is not null)
        {
            return Read(terminal, file);
        }

        string passphrase = Ask(terminal, $"New passphrase of {path}: ", path);
        return Ask(terminal, "Again: ", path) == passphrase
            ? Encoding.UTF8.GetBytes(passphrase)
            : throw new InputException(path, "passphrase", "the two are different; nothing was written");
    }

    private static string Ask(Terminal terminal, string question, string path)
    {
        string passphrase = terminal.AskSecret(question)
            ?? throw new InputException(
                path, "passphrase", $"there is no terminal to ask for it on; give it with {FileName}");
        return passphrase.Length > 0 ? passphrase : throw new InputException(path, "passphrase", "it is empty");
    }

    private static byte[] Read(Terminal terminal, string file)
    {
        byte[] bytes = InputFile.Read(file, SizeLimit);
        terminal.WarnIfExposed(file);
        try
        {
            string line = new UTF8Encoding(false, true).GetString(bytes).Split('\n')[0].TrimEnd('\r');
            return line.Length > 0
                ? Encoding.UTF8.GetBytes(line)
                : throw new InputException(file, "passphrase", "it is empty");
        }
        catch (DecoderFallbackException)
        {
            throw new InputException(file, "passphrase", "this is not UTF-8 text");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private sealed class Source(Terminal terminal, string? file) : IPassphrases
    {
        public byte[] Ask(string path) => file is null
            ? Encoding.UTF8.GetBytes(PassphraseOptions.Ask(terminal, $"Passphrase of {path}: ", path))
            : Read(terminal, file);
    }
}
