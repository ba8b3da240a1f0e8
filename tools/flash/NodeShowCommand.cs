using System.CommandLine;
using System.Net;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash node show</c>: the public parts of a node's identity.</summary>
internal static class NodeShowCommand
{
    public static Command Build(Terminal terminal)
    {
        Argument<string> file = new("node.id") { Description = "The file that flash node new made." };
        Command command = new("show", "Print the public parts of a node's identity record.") { file };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(file);
            NodeIdentity identity = NodeIdentity.Load(path);
            terminal.WarnIfExposed(path);
            Print(terminal, identity);
        });
        return command;
    }

    /// <summary>Prints all of an identity but its private key.</summary>
    public static void Print(Terminal terminal, NodeIdentity identity)
    {
        terminal.Output.WriteLine($"public key: {KeyText.Format(identity.PublicKey)}");
        terminal.Output.WriteLine($"address:    {new IPAddress(identity.LinkLocal)}");
        terminal.Output.WriteLine($"trust root: {KeyText.Format(identity.TrustRoot)}");
        string floor = identity.Floor == 0
            ? "any version"
            : $"version {VersionText.Format(identity.Floor)}";
        terminal.Output.WriteLine($"floor:      {floor}");
    }
}
