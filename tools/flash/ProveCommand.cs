using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash prove</c>: the proof that an entry belongs to a signed network.</summary>
internal static class ProveCommand
{
    public static Command Build(Terminal terminal)
    {
        Argument<string> member = new("KEY|LABEL") { Description = "The member." };
        Argument<string> file = new("network.spore") { Description = "The signed network." };
        Option<string?> output = new("--output", "-o")
        {
            Description = "The file to write. [default: the network's name with .proof]",
            HelpName = "FILE",
        };
        Command command = new(
            "prove",
            "Write the proof that a member's entry belongs to a network, as nodes serve it in entry/HEX. flash check "
            + "--head checks it.")
        {
            member, file, output,
        };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(file);
            string target = result.GetValue(output) ?? Path.ChangeExtension(path, ".proof");
            byte[] bytes = InputFile.Read(path, NetworkReader.SizeLimit);
            NetworkFile network = terminal.Progress.Run(p => NetworkReader.Load(bytes, path, p));
            if (Path.GetFullPath(target) == Path.GetFullPath(path))
            {
                throw new InputException(target, null, "this file is read, so the proof can't be written to it");
            }

            int index = Find(network, result.GetRequiredValue(member), path);
            PeerDescription entry = NetworkReader.ReadEntry(network.Bytes, network.EntryOffset(index));
            byte[] proof = terminal.Progress.Run(p => NetworkProof.Make(network, index, p));
            OutputFile.Write(target, proof);
            terminal.Output.WriteLine(
                $"{target}: {NetworkWarnings.Name([entry])}, entry {index + 1} of {network.Count} in version "
                + $"{VersionText.Format(network.Version)}, {proof.Length} bytes");
        });
        return command;
    }

    private static int Find(NetworkFile network, string member, string path)
    {
        if (KeyText.TryParse(member) is byte[] key)
        {
            int index = network.Find(key, 0);
            return index >= 0 ? index : throw new InputException(path, null, "this key is not in it");
        }

        List<int> found = [];
        for (int i = 0; i < network.Count; i++)
        {
            if (NetworkReader.ReadEntry(network.Bytes, network.EntryOffset(i)).Label == member)
            {
                found.Add(i);
            }
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new InputException(path, null, $"no member has the label {MessageText.Quote(member)}"),
            _ => throw new InputException(
                path, null, $"{found.Count} members have the label {MessageText.Quote(member)}; give the public key"),
        };
    }
}
