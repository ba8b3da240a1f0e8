using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash root certify</c>: certifies the signing key of an epoch.</summary>
internal static class RootCertifyCommand
{
    private const string CertificateFile = "signing.cert";

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
        Option<bool> force = new("--force")
        {
            Description = "Replace an existing file. The signing key it held can then sign no more networks.",
        };
        Command command = new(
            "certify",
            "Certify a signing key for an epoch: a new one, written with its certificate into one file, or the one of "
            + "--public.")
        {
            rootFile, epoch, publicKey, output, force,
        };
        command.SetAction(result =>
        {
            string rootPath = result.GetRequiredValue(rootFile);
            byte[]? certified = result.GetValue(publicKey) is string text
                ? KeyArgument.Parse(text, "--public")
                : null;
            string target = result.GetValue(output)
                ?? (certified is null ? NetworkKeyOption.SigningFile : CertificateFile);
            using TrustRootKey root = TrustRootKey.Load(rootPath);
            terminal.WarnIfExposed(rootPath);
            if (Path.GetFullPath(target) == Path.GetFullPath(rootPath))
            {
                throw new InputException(target, null, "this file is read, so nothing can be written to it");
            }

            Certify(terminal, root, result.GetRequiredValue(epoch), certified, target, result.GetValue(force));
        });
        return command;
    }

    private static void Certify(
        Terminal terminal, TrustRootKey root, int epoch, byte[]? publicKey, string target, bool force)
    {
        if (publicKey is not null)
        {
            if (!force && Path.Exists(target))
            {
                throw new InputException(target, null, "exists already; --force replaces it");
            }

            KeyCertificate certificate = root.Certify(epoch, publicKey);
            certificate.Save(target);
            SigningShowCommand.Print(terminal, publicKey, certificate);
            return;
        }

        using SigningKey key = SigningKey.Generate();
        key.Accept(root.Certify(epoch, key.PublicKey), target);
        key.Save(target, force);
        SigningShowCommand.Print(terminal, key.PublicKey, key.KeyCertificate);
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
