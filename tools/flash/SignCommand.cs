using System;
using System.CommandLine;
using System.IO;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash sign</c>: makes a signed network of an INI file.</summary>
internal static class SignCommand
{
    private const int IniLimit = 64 << 20;

    private static readonly TimeSpan _clockTolerance = TimeSpan.FromMinutes(10);

    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        Argument<string> ini = new("network.ini") { Description = "The network, in the style of wg setconf." };
        Option<string?> key = new("--key")
        {
            Description = "The trust root's key file. [default: root.key beside the INI file]",
            HelpName = "root.key",
        };
        Option<string?> output = new("--output", "-o")
        {
            Description = "The file to write. [default: the INI file's name with .spore]",
            HelpName = "network.spore",
        };
        Option<bool> force = new("--force")
        {
            Description = "Replace a file that holds the same or a newer version, or something else.",
        };
        Command command = new("sign", "Sign a network.") { ini, key, output, force };
        command.SetAction(result =>
        {
            string source = result.GetRequiredValue(ini);
            string target = result.GetValue(output) ?? Path.ChangeExtension(source, ".spore");
            Sign(
                terminal,
                now,
                source,
                result.GetValue(key) ?? Beside(source, "root.key"),
                target,
                result.GetValue(force));
        });
        return command;
    }

    private static void Sign(
        Terminal terminal, DateTimeOffset now, string source, string keyFile, string target, bool force)
    {
        NetworkDescription network = NetworkIni.Parse(InputFile.Read(source, IniLimit), source, now);
        using TrustRootKey root = TrustRootKey.Load(keyFile);
        terminal.WarnIfExposed(keyFile);
        Warn(terminal, now, source, network);
        terminal.Warn(source, network);

        if (Path.GetFullPath(target) == Path.GetFullPath(source)
            || Path.GetFullPath(target) == Path.GetFullPath(keyFile))
        {
            throw new InputException(target, null, "this file is read, so the signed network can't be written to it");
        }

        byte[] bytes = NetworkSigner.Sign(network, root);
        if (!force && Path.Exists(target))
        {
            Compare(bytes, network.Version, root.PublicKey, target);
        }

        OutputFile.Write(target, bytes);
        NetworkTable.WriteSummary(
            terminal, now, NetworkReader.Read(bytes, target), bytes.Length, target, root.PublicKey);
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

    // Signed twice, one version would be two networks: nodes keep the first they see, and the mesh splits.
    private static void Compare(byte[] bytes, ulong version, byte[] trustRoot, string target)
    {
        byte[] old = InputFile.Read(target, NetworkReader.SizeLimit);
        if (old.AsSpan().SequenceEqual(bytes))
        {
            return;
        }

        try
        {
            NetworkReader.Verify(old, target, trustRoot);
        }
        catch (InputException)
        {
            throw new InputException(
                target, null, "what is there already is no network of this trust root; --force replaces it");
        }

        ulong held = NetworkHeader.Version(old, 0);
        if (held >= version)
        {
            throw new InputException(
                target,
                "version",
                held == version
                    ? $"the file there has version {held} too, with other content; raise Version in the INI file "
                        + "(--force replaces it)"
                    : $"the file there has version {held}, and this one would have {version}; raise Version in the INI "
                        + "file (--force replaces it)");
        }
    }

    private static string Beside(string file, string name) => Path.Combine(Path.GetDirectoryName(file) ?? "", name);
}
