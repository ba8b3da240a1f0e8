using System.CommandLine;
using System.Linq;
using Spore.CommandLine;
using Spore.Signing;
using Spore.Tftp;

namespace Spore.Hostsim.Commands;

/// <summary>What <c>hostsim get</c> and <c>put</c> are about: a peer, its file, and a file of this machine.</summary>
/// <param name="fileHelp">The help text for the file of this machine.</param>
internal sealed class FileArguments(string fileHelp)
{
    /// <summary>The name of the option for the peer.</summary>
    public const string PeerOption = "--peer";

    private readonly Argument<string> _name = new("NAME") { Description = "The file's name at the peer." };
    private readonly Argument<string> _file = new("FILE") { Description = fileHelp };
    private readonly Option<string> _peer = new(PeerOption)
    {
        HelpName = "KEY|LABEL",
        Description = TransferCommand.PeerHelp,
        Required = true,
    };

    /// <summary>Gives them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_name);
        command.Add(_file);
        command.Add(_peer);
    }

    /// <summary>Reads them from the command line.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>The file's name at the peer, the file of this machine, and the peer's key or label.</returns>
    /// <exception cref="UsageException">TFTP can't ask for the name.</exception>
    public (string Name, string Path, string Peer) Read(ParseResult parsed)
    {
        string name = parsed.GetRequiredValue(_name);
        if (name.Length > TftpTransfer.MaxNameLength || !name.All(c => c is >= ' ' and <= '~'))
        {
            throw new UsageException(
                _name.Name,
                $"{MessageText.Quote(name)} is not a name of at most {TftpTransfer.MaxNameLength} ASCII characters");
        }

        return (name, parsed.GetRequiredValue(_file), parsed.GetRequiredValue(_peer));
    }
}
