using System.CommandLine;
using System.Net;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash address</c>: the link-local address of a public key.</summary>
internal static class AddressCommand
{
    public static Command Build(Terminal terminal)
    {
        Argument<string> key = new("KEY") { Description = "A node's public key." };
        Command command = new("address", "Print the link-local address that follows from a public key.") { key };
        command.SetAction(result =>
            terminal.Output.WriteLine(
                new IPAddress(NodeKey.LinkLocal(KeyArgument.Parse(result.GetRequiredValue(key), "KEY")))));
        return command;
    }
}
