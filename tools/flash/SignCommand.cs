using System;
using System.CommandLine;
using System.IO;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash sign</c>: makes a signed network of an INI file.</summary>
internal static class SignCommand
{
    private static readonly TimeSpan _clockTolerance = TimeSpan.FromMinutes(10);

    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        Argument<string> ini = new("network.ini") { Description = "The network, in the style of wg setconf." };
        Option<string?> key = NetworkKeyOption.Make();
        Option<string?> output = new("--output", "-o")
        {
            Description = "The file to write. [default: the INI file's name with .spore]",
            HelpName = "network.spore",
        };
        Option<string?> passphrase = PassphraseOptions.File();
        Option<bool> force = new("--force")
        {
            Description =
                "Replace a file whatever it holds: the same version or a newer one, one that is more than one revision "
                + "older, or something else.",
        };
        Command command = new("sign", "Sign a network.") { ini, key, passphrase, output, force };
        command.SetAction(result =>
        {
            string source = result.GetRequiredValue(ini);
            string target = result.GetValue(output) ?? Path.ChangeExtension(source, ".spore");
            Sign(
                terminal,
                now,
                source,
                NetworkKeyOption.PathOf(result.GetValue(key), source),
                result.GetValue(passphrase),
                target,
                result.GetValue(force));
        });
        return command;
    }

    private static void Sign(
        Terminal terminal,
        DateTimeOffset now,
        string source,
        string keyFile,
        string? passphraseFile,
        string target,
        bool force)
    {
        byte[] ini = InputFile.Read(source, NetworkInput.IniLimit);
        NetworkDescription network = terminal.Progress.Run(p => NetworkIni.Parse(ini, source, now, p));
        using NetworkKey signer = NetworkKeyOption.Load(terminal, keyFile, passphraseFile);
        string version = NetworkInput.VersionLine(ini, source);
        NetworkKeyOption.CheckEpoch(signer, keyFile, network.Version, version);
        Warn(terminal, now, source, network);
        terminal.Warn(source, network);
        SignedTarget output = new(terminal, now, target, source, keyFile);
        byte[] bytes = terminal.Progress.Run(p => NetworkSigner.Sign(network, signer, p));
        if (!force)
        {
            output.Check(bytes, signer.TrustRoot, version);
        }

        output.Write(bytes, signer.TrustRoot);
    }

    // What is legal, but will surprise the one who signs it.
    private static void Warn(Terminal terminal, DateTimeOffset now, string source, NetworkDescription network)
    {
        if (network.Issued > (now + _clockTolerance).ToUnixTimeSeconds())
        {
            terminal.Warn(source, "Issued", "this is in the future; nodes take it for the time of day");
        }

        if (network.Expires != 0 && network.Expires <= now.ToUnixTimeSeconds())
        {
            terminal.Warn(source, "Expires", "this has passed; no node will accept the network");
        }
    }
}
