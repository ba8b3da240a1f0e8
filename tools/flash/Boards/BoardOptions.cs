using System.CommandLine;
using Spore.CommandLine;

namespace Spore.Flash;

/// <summary>Which board a command is about.</summary>
internal sealed class BoardOptions
{
    private readonly Option<string> _board = new("--board")
    {
        Description = "The board (flash boards lists them).",
        Required = true,
        HelpName = "BOARD",
    };
    private readonly Option<string?> _flash = new("--flash")
    {
        Description = "The size of its flash. [default: 4MB]",
        HelpName = "SIZE",
    };

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_board);
        command.Add(_flash);
    }

    /// <summary>Finds the board.</summary>
    /// <param name="result">The command line.</param>
    /// <returns>The board, and the partition table of its flash.</returns>
    /// <exception cref="UsageException">There is no such board, or none with a flash of that size.</exception>
    public (Board Board, PartitionTable Table) Find(ParseResult result)
    {
        Board board = BoardCatalog.Find(result.GetRequiredValue(_board));
        return (board, board.Partitions(result.GetValue(_flash)));
    }
}
