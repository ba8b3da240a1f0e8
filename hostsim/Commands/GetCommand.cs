using System.CommandLine;
using System.IO;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Hostsim.Transfers;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim get</c>: reads a peer's file.</summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
internal sealed class GetCommand(TextWriter output, IAnsiConsole? terminal) : TransferCommand(output, terminal)
{
    private const int BufferSize = 64 * 1024;

    private readonly FileArguments _arguments = new(
        "Where to put it; - is standard output. An old file stays until all is here.");

    /// <summary>Makes a command read a file.</summary>
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
        if (path == Standard && IsJson(parsed))
        {
            throw new UsageException("--json", "standard output has the file already; name another FILE than -");
        }

        return Run(parsed, FileArguments.PeerOption, peer, name, path != Standard, session =>
        {
            if (path == Standard)
            {
                // Not closed: that would close standard output.
                BufferedStream stream = new(Binary, BufferSize);
                session.Run(new FileExchange(name, stream), "output");
                return null;
            }

            using ReplacementFile file = new(path);
            session.Run(new FileExchange(name, file.Stream), path);
            file.Commit();
            return null;
        });
    }
}
