using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash root show</c>: the public key of a trust root.</summary>
internal static class RootShowCommand
{
    public static Command Build(Terminal terminal)
    {
        Argument<string> file = new("root.key") { Description = "The file that flash root new made." };
        Command command = new("show", "Print the public key.") { file };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(file);
            using KeyFile key = KeyFile.Read(path, KeyFileKind.TrustRoot);
            terminal.WarnIfExposed(path);
            terminal.Output.WriteLine(KeyText.Format(key.PublicKey));
        });
        return command;
    }
}
