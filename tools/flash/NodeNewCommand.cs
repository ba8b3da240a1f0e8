using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash node new</c>: makes the identity of a node.</summary>
internal static class NodeNewCommand
{
    public static Command Build(Terminal terminal)
    {
        Option<string> root = new("--root")
        {
            Description = "The trust root that the node is to believe: its public key, or its key file.",
            Required = true,
            HelpName = "KEY|root.key",
        };
        Option<string> output = new("--output", "-o")
        {
            Description = "The file to make, with mode 0600.",
            DefaultValueFactory = _ => "node.id",
            HelpName = "FILE",
        };
        Option<ulong> floor = VersionArgument.Make(
            "--floor", "The oldest network version that the node may ever accept.", 0);
        Option<bool> force = new("--force")
        {
            Description = "Replace an existing file. The node whose key it held is then lost.",
        };
        Command command = new("new", "Make a new node's identity record, and print its public key and address.")
        {
            root, output, floor, force,
        };
        command.SetAction(result =>
        {
            byte[] trustRoot = KeyArgument.ParseRoot(result.GetRequiredValue(root), "--root", terminal);
            NodeIdentity identity = NodeIdentity.Generate(trustRoot, result.GetValue(floor));
            identity.Save(result.GetRequiredValue(output), result.GetValue(force));
            NodeShowCommand.Print(terminal, identity);
        });
        return command;
    }
}
