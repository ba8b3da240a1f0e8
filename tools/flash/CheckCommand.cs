using System;
using System.CommandLine;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash check</c>: whether nodes would accept a signed network, or the proof of an entry.</summary>
internal static class CheckCommand
{
    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        Argument<string> file = new("FILE") { Description = "The signed network, or with --head the proof." };
        Option<string> root = new("--root")
        {
            Description = "The trust root: its public key, or its key file.",
            Required = true,
            HelpName = "KEY|root.key",
        };
        Option<string?> head = new("--head")
        {
            Description = "Check the proof of an entry against this head: a file head of a node, or a signed network.",
            HelpName = "head|network.spore",
        };
        Command command = new("check", "Check a signed network, or the proof of an entry, as nodes do.")
        {
            file, root, head,
        };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(file);
            byte[] trustRoot = KeyArgument.ParseRoot(result.GetRequiredValue(root), "--root", terminal);
            if (result.GetValue(head) is string headFile)
            {
                CheckProof(terminal, now, path, headFile, trustRoot);
            }
            else
            {
                CheckNetwork(terminal, now, path, trustRoot);
            }
        });
        return command;
    }

    private static void CheckNetwork(Terminal terminal, DateTimeOffset now, string path, byte[] trustRoot)
    {
        byte[] bytes = InputFile.Read(path, NetworkReader.SizeLimit);
        NetworkDescription network = terminal.Progress.Run(p =>
        {
            NetworkReader.Verify(bytes, path, trustRoot, p);
            return NetworkReader.Read(bytes, path, p);
        });
        RefuseExpired(path, network.Expires, now);
        terminal.Warn(path, network);
        terminal.Output.WriteLine(
            $"{path}: version {VersionText.Format(network.Version)}, "
            + $"{NetworkTable.Count(network.Peers.Count, "member")}, signed by the trust root");
    }

    private static void CheckProof(
        Terminal terminal, DateTimeOffset now, string path, string headFile, byte[] trustRoot)
    {
        byte[] proof = InputFile.Read(path, EntryProof.MaxSize);
        byte[] head = InputFile.Read(headFile, NetworkReader.SizeLimit);
        PeerDescription entry = NetworkProof.Verify(proof, path, head, headFile, trustRoot);
        RefuseExpired(headFile, NetworkHeader.Expires(head, 0), now);
        string key = KeyText.Format(entry.PublicKey);
        terminal.Output.WriteLine(
            $"{path}: {(entry.Label is null ? key : $"{NetworkWarnings.Name([entry])}, {key},")} is in version "
            + $"{VersionText.Format(NetworkHeader.Version(head, 0))}, signed by the trust root");
    }

    private static void RefuseExpired(string path, long expires, DateTimeOffset now)
    {
        if (expires != 0 && expires <= now.ToUnixTimeSeconds())
        {
            throw new InputException(path, "expires", $"it expired at {NetworkIni.FormatTime(expires)}");
        }
    }
}
