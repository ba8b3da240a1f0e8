using System.CommandLine;

namespace Spore.Flash;

/// <summary><c>flash read-identity</c>: whose image this is.</summary>
internal static class ReadIdentityCommand
{
    public static Command Build(Terminal terminal)
    {
        Argument<string> file = new("deploy.bin")
        {
            Description = "An image, or a copy of a board's deployment partition.",
        };
        Command command = new(
            "read-identity", "Check an image as nanoCLR does, and print the public parts of the identity in it.")
        {
            file,
        };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(file);
            (DeploymentImage image, byte[] bytes) = ImageFile.Read(path);
            terminal.WarnIfExposed(path);
            ImageCommand.Print(terminal, path, image, bytes.Length);
        });
        return command;
    }
}
