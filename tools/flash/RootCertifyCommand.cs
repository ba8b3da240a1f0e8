using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using Spore.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash root certify</c>: certifies the signing key of an epoch.</summary>
internal static class RootCertifyCommand
{
    private const string CertificateFile = "signing.cert";
    private const string NewPassphraseFile = "--new-passphrase-file";

    public static Command Build(Terminal terminal)
    {
        Option<string> rootFile = new("--key")
        {
            Description = "The trust root's key file.",
            DefaultValueFactory = _ => NetworkKeyOption.RootFile,
            HelpName = NetworkKeyOption.RootFile,
        };
        Option<int> epoch = new("--epoch")
        {
            Description =
                "The epoch that the key is to sign, from 1. It must be higher than each one before: a higher epoch "
                + "replaces every network of a lower one.",
            Required = true,
            HelpName = "N",
            CustomParser = ParseEpoch,
        };
        Option<string?> publicKey = new("--public")
        {
            Description =
                "Certify this public key of flash signing new, instead of making a new key; the signing key then never "
                + "meets this machine.",
            HelpName = "KEY",
        };
        Option<string?> output = new("--output", "-o")
        {
            Description =
                $"The file to write. [default: {NetworkKeyOption.SigningFile}, with mode 0600; with --public "
                + $"{CertificateFile}, which is no secret]",
            HelpName = "FILE",
        };
        Option<string?> passphraseFile = PassphraseOptions.File();
        Option<bool> encrypt = PassphraseOptions.Encrypt();
        Option<string?> newPassphraseFile = PassphraseOptions.File(NewPassphraseFile, "encrypts the new key");
        Option<bool> force = new("--force")
        {
            Description = "Replace an existing file. The signing key it held can then sign no more networks.",
        };
        Command command = new(
            "certify",
            "Certify a signing key for an epoch: a new one, written with its certificate into one file, or the one of "
            + "--public.")
        {
            rootFile, passphraseFile, epoch, publicKey, output, encrypt, newPassphraseFile, force,
        };
        command.SetAction(result =>
        {
            string rootPath = result.GetRequiredValue(rootFile);
            byte[]? certified = result.GetValue(publicKey) is string text
                ? KeyArgument.Parse(text, "--public")
                : null;
            string target = result.GetValue(output)
                ?? (certified is null ? NetworkKeyOption.SigningFile : CertificateFile);
            if (certified is not null && result.GetValue(encrypt))
            {
                throw new UsageException(
                    "--encrypt", "this is for a new key; with --public nothing secret is written");
            }

            if (Path.GetFullPath(target) == Path.GetFullPath(rootPath))
            {
                throw new InputException(target, null, "this file is read, so nothing can be written to it");
            }

            byte[]? passphrase = PassphraseOptions.ForNew(
                terminal, result.GetValue(encrypt), result.GetValue(newPassphraseFile), target, NewPassphraseFile);
            using TrustRootKey root = TrustRootKey.Load(
                rootPath, PassphraseOptions.From(terminal, result.GetValue(passphraseFile)));
            terminal.WarnIfExposed(rootPath);
            int number = result.GetRequiredValue(epoch);
            bool replace = result.GetValue(force);
            if (certified is null)
            {
                MakeKey(terminal, root, number, target, passphrase, replace);
            }
            else
            {
                MakeCertificate(terminal, root, number, certified, target, replace);
            }
        });
        return command;
    }

    private static void MakeKey(
        Terminal terminal, TrustRootKey root, int epoch, string target, byte[]? passphrase, bool force)
    {
        using SigningKey key = SigningKey.Generate();
        key.Accept(root.Certify(epoch, key.PublicKey), target);
        key.Save(target, force, passphrase);
        SigningShowCommand.Print(terminal, key.PublicKey, key.KeyCertificate);
    }

    private static void MakeCertificate(
        Terminal terminal, TrustRootKey root, int epoch, byte[] publicKey, string target, bool force)
    {
        if (!force && Path.Exists(target))
        {
            throw new InputException(target, null, "exists already; --force replaces it");
        }

        KeyCertificate certificate = root.Certify(epoch, publicKey);
        certificate.Save(target);
        SigningShowCommand.Print(terminal, publicKey, certificate);
    }

    private static int ParseEpoch(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!DecimalText.TryParse(text, VersionText.MaxEpoch, out int epoch) || epoch == 0)
        {
            result.AddError($"--epoch: {MessageText.Quote(text)} is not a number from 1 to {VersionText.MaxEpoch}");
        }

        return epoch;
    }
}
