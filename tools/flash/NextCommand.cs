using System;
using System.CommandLine;
using System.IO;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash next</c>: signs a network with the revision that follows.</summary>
internal static class NextCommand
{
    private const string SignedExtension = ".spore";

    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        Argument<string> file = new("network")
        {
            Description =
                "The INI file, whose Version and Issued are changed in place; or the last signed network, whose "
                + "members stay.",
        };
        Option<string?> key = NetworkKeyOption.Make();
        Option<string?> passphrase = PassphraseOptions.File();
        Option<string?> output = new("--output", "-o")
        {
            Description = "The file to write. [default: network.spore]",
            HelpName = "network.spore",
        };
        Command command = new("next", "Raise the revision by one, set the time of issue to now, and sign.")
        {
            file, key, passphrase, output,
        };
        command.SetAction(result =>
        {
            string source = result.GetRequiredValue(file);
            string keyFile = NetworkKeyOption.PathOf(result.GetValue(key), source);
            string target = result.GetValue(output) ?? Path.ChangeExtension(source, SignedExtension);
            byte[] bytes = InputFile.Read(source, NetworkInput.IniLimit);
            using NetworkKey signer = NetworkKeyOption.Load(terminal, keyFile, result.GetValue(passphrase));
            if (NetworkInput.IsSigned(bytes))
            {
                Renew(terminal, now, source, bytes, signer, new SignedTarget(terminal, now, target, keyFile));
            }
            else
            {
                Advance(terminal, now, source, bytes, signer, new SignedTarget(terminal, now, target, source, keyFile));
            }
        });
        return command;
    }

    private static void Renew(
        Terminal terminal, DateTimeOffset now, string source, byte[] old, NetworkKey signer, SignedTarget target)
    {
        NetworkDescription network = terminal.Progress.Run(p =>
        {
            NetworkReader.Verify(old, source, signer.TrustRoot, p);
            return NetworkReader.Read(old, source, p);
        });
        network.Version = Next(network.Version, signer, source, "version");
        network.Issued = now.ToUnixTimeSeconds();
        if (network.Expires != 0 && network.Expires <= network.Issued)
        {
            throw new InputException(
                source,
                "expires",
                $"it expired at {NetworkIni.FormatTime(network.Expires)}; change that in its INI file (flash show "
                + "--ini prints one)");
        }

        byte[] bytes = terminal.Progress.Run(p => NetworkSigner.Sign(network, signer, p));
        if (!Root(bytes).SequenceEqual(Root(old)))
        {
            throw new InputException(
                source, null, "it has entries of a later format, which this version of flash can't write again");
        }

        target.Check(bytes, signer.TrustRoot, source);
        terminal.Warn(source, network);
        target.Write(bytes, signer.TrustRoot);
        string ini = Path.ChangeExtension(source, ".ini");
        if (File.Exists(ini))
        {
            string version = VersionText.Format(network.Version);
            terminal.Warn(ini, "Version", $"this file has not changed; set it to {version}");
        }
    }

    // The INI file is written first: after a failure the same command gives the same version.
    private static void Advance(
        Terminal terminal, DateTimeOffset now, string source, byte[] old, NetworkKey signer, SignedTarget target)
    {
        NetworkDescription before = terminal.Progress.Run(p => NetworkIni.Parse(old, source, now, p));
        string where = NetworkInput.VersionLine(old, source);
        byte[]? signed = target.Read(signer.TrustRoot);
        ulong last = signed is null ? before.Version : NetworkHeader.Version(signed, 0);
        ulong next = Next(last, signer, where, "Version");
        if (before.Version != last && before.Version != next)
        {
            string signedVersion = VersionText.Format(last);
            throw new InputException(
                where,
                "Version",
                $"it is {VersionText.Format(before.Version)}, and the last signed network has {signedVersion}; compare "
                + $"them with flash diff, then write {signedVersion} here");
        }

        byte[] ini = NetworkIniEdit.SetVersion(old, next, now.ToUnixTimeSeconds());
        NetworkDescription network = terminal.Progress.Run(p => NetworkIni.Parse(ini, source, now, p));
        byte[] bytes = terminal.Progress.Run(p => NetworkSigner.Sign(network, signer, p));
        terminal.Warn(source, network);
        OutputFile.Write(source, ini);
        target.Write(bytes, signer.TrustRoot);
    }

    // A new epoch begins with its first revision.
    private static ulong Next(ulong version, NetworkKey signer, string where, string field)
    {
        int epoch = VersionText.Epoch(version);
        if (signer.Epoch > epoch)
        {
            return VersionText.Make(signer.Epoch, 1);
        }

        if (signer.Epoch < epoch)
        {
            throw new InputException(
                where,
                field,
                $"the last one is {VersionText.Format(version)}, and the key signs the older epoch {signer.Epoch}");
        }

        return VersionText.Revision(version) < VersionText.MaxRevision
            ? version + 1
            : throw new InputException(
                where,
                field,
                $"{VersionText.Format(version)} is the last one of its epoch; certify a signing key for another epoch");
    }

    private static ReadOnlySpan<byte> Root(byte[] network) =>
        network.AsSpan(NetworkHeader.RootOffset, MerkleTree.HashSize);
}
