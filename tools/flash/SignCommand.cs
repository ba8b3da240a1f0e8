using System;
using System.CommandLine;
using System.IO;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash sign</c>: makes a signed network of an INI file.</summary>
internal static class SignCommand
{
    private const string DefaultKey = "root.key";

    private static readonly TimeSpan _clockTolerance = TimeSpan.FromMinutes(10);

    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        Argument<string> ini = new("network.ini") { Description = "The network, in the style of wg setconf." };
        Option<string?> key = KeyOption();
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
                result.GetValue(key) ?? KeyBeside(source),
                target,
                result.GetValue(force));
        });
        return command;
    }

    /// <summary>The option for the key that signs.</summary>
    public static Option<string?> KeyOption() => new("--key")
    {
        Description = $"The trust root's key file. [default: {DefaultKey} beside the network's file]",
        HelpName = DefaultKey,
    };

    /// <summary>The path of the key that signs where none is given.</summary>
    public static string KeyBeside(string file) => Path.Combine(Path.GetDirectoryName(file) ?? "", DefaultKey);

    /// <summary>Reads the key that signs.</summary>
    public static TrustRootKey LoadKey(Terminal terminal, string path)
    {
        TrustRootKey key = TrustRootKey.Load(path);
        terminal.WarnIfExposed(path);
        return key;
    }

    private static void Sign(
        Terminal terminal, DateTimeOffset now, string source, string keyFile, string target, bool force)
    {
        NetworkDescription network = NetworkIni.Parse(InputFile.Read(source, NetworkInput.IniLimit), source, now);
        using TrustRootKey root = LoadKey(terminal, keyFile);
        Warn(terminal, now, source, network);
        terminal.Warn(source, network);
        SignedTarget output = new(terminal, now, target, source, keyFile);
        byte[] bytes = NetworkSigner.Sign(network, root);
        if (!force)
        {
            output.Check(bytes, root.PublicKey);
        }

        output.Write(bytes, root.PublicKey);
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
