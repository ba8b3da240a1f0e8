using System;
using System.CommandLine;
using System.IO;
using Spectre.Console;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Transfers;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim put</c>: writes a file to a peer.</summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
/// <param name="input">Standard input, or null where it is a terminal.</param>
internal sealed class PutCommand(TextWriter output, IAnsiConsole? terminal, Stream? input)
    : TransferCommand(output, terminal)
{
    private readonly FileArguments _arguments = new(
        "What to send, at most 2^31 - 1 bytes; - is standard input.");

    /// <summary>Makes a command write a file.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        _arguments.AddTo(command);
        AddOptions(command);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        (string name, string path, string peer) = _arguments.Read(parsed);
        return Run(parsed, FileArguments.PeerOption, peer, name, true, session =>
        {
            string shown = path == Standard ? "input" : path;
            using Stream content = NodeFiles.Await(
                () => path == Standard
                    ? InputFile.CopyOf(input ?? Console.OpenStandardInput(), shown)
                    : InputFile.OpenSeekable(path),
                session.Cancel);
            session.Run(new FileExchange(name, content) { IsWrite = true, Size = (int)content.Length }, shown);
            return null;
        });
    }
}
