using System.Diagnostics;
using System.IO;
using Spore.Tftp;

namespace Spore.Hostsim.Transfers;

/// <summary>One file that this program reads from a peer or writes to it, and how that goes.</summary>
/// <param name="name">The file's name at the peer.</param>
/// <param name="content">What takes the file, or what gives it.</param>
internal sealed class FileExchange(string name, Stream content)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private volatile bool _isDone;

    /// <summary>The file's name at the peer.</summary>
    public string Name => name;

    /// <summary>What takes the file, or what gives it and can be sought.</summary>
    public Stream Content => content;

    /// <summary>Whether the file goes to the peer.</summary>
    public bool IsWrite { get; init; }

    /// <summary>Whether the peer is asked for a response to the file.</summary>
    public bool WantsResponse { get; init; }

    /// <summary>The largest size to accept in bytes.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>The file's size in bytes, or -1 while it is not known.</summary>
    public int Size { get; set; } = -1;

    /// <summary>The bytes that were acknowledged, or received in order.</summary>
    public int Position { get; set; }

    /// <summary>The size of a block in bytes, as both sides agreed.</summary>
    public int BlockSize { get; set; }

    /// <summary>The size of a window in blocks, as both sides agreed.</summary>
    public int Window { get; set; }

    /// <summary>A <see cref="TftpResult"/> or an error code; it counts when the exchange is done.</summary>
    public int Result { get; private set; }

    /// <summary>Whether the peer ended it by an error packet.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>The text of the peer's error packet.</summary>
    public string PeerText { get; private set; } = string.Empty;

    /// <summary>The number of the response, or 0.</summary>
    public long Response { get; private set; }

    /// <summary>What went wrong on this machine, or null.</summary>
    public string? Fault { get; set; }

    /// <summary>Whether it has ended.</summary>
    public bool IsDone => _isDone;

    /// <summary>How long it has taken so far, in seconds.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Called when the transfer goes on.</summary>
    /// <param name="transfer">The transfer.</param>
    public void Follow(TftpTransfer transfer)
    {
        Size = transfer.Size;
        Position = transfer.Position;
        BlockSize = transfer.BlockSize;
        Window = transfer.WindowSize;
    }

    /// <summary>Called when the transfer has ended.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result">How.</param>
    /// <param name="peerText">The text of the peer's error packet, if it has sent one.</param>
    public void End(TftpTransfer transfer, int result, string peerText)
    {
        Follow(transfer);
        Result = result;
        IsRefused = transfer.IsRefused;
        PeerText = peerText;
        Response = transfer.Response;
        _isDone = true;
    }
}
