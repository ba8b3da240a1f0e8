using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Linq;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>What the commands that make images are told.</summary>
internal sealed class ImageOptions
{
    private readonly Option<string> _firmware = new("--firmware")
    {
        Description = "The firmware as it was built: a folder with .pe files, or a ZIP file of them.",
        Required = true,
        HelpName = "DIR|ZIP",
    };
    private readonly Option<string?> _rendezvous = new("--rendezvous")
    {
        Description = "Where to say hello beyond the local network.",
        HelpName = "HOST:PORT",
    };

    /// <summary>The board.</summary>
    public BoardOptions Board { get; } = new();

    /// <summary>Adds all of them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        _rendezvous.Validators.Add(Check);
        Board.AddTo(command);
        command.Add(_firmware);
        command.Add(_rendezvous);
    }

    /// <summary>Where the firmware is.</summary>
    /// <param name="result">The command line.</param>
    /// <returns>The path.</returns>
    public string Firmware(ParseResult result) => result.GetRequiredValue(_firmware);

    /// <summary>The rendezvous.</summary>
    /// <param name="result">The command line.</param>
    /// <returns>Host and port, or null.</returns>
    public string? Rendezvous(ParseResult result) => result.GetValue(_rendezvous);

    /// <summary>Reads the firmware.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="terminal">Where to tell of what the program in it doesn't need.</param>
    /// <returns>The program and what it needs.</returns>
    /// <exception cref="InputException">It can't be used.</exception>
    public DeploymentImage Load(ParseResult result, Terminal terminal)
    {
        string path = Firmware(result);
        IReadOnlyList<PeAssembly> assemblies = FirmwareFiles.Read(path);
        DeploymentImage firmware = DeploymentImage.Compose(assemblies, path);
        foreach (string name in assemblies.Select(a => a.Name).Except(firmware.Assemblies.Select(a => a.Name)))
        {
            terminal.Warn(path, name, "the program does not need this assembly; it is left out");
        }

        return firmware;
    }

    private static void Check(OptionResult result)
    {
        try
        {
            RendezvousRecord.Make(result.GetValueOrDefault<string?>() ?? "");
        }
        catch (InputException e)
        {
            result.AddError($"{result.Option.Name}: {e.What}");
        }
    }
}
