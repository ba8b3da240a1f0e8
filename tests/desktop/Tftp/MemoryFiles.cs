using System;
using System.Collections.Generic;
using System.Text;
using Spore.Mesh;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>Files in memory, which check how the service uses them.</summary>
internal sealed class MemoryFiles : ITftpFiles
{
    private readonly Dictionary<int, Entry> _entries = [];
    private readonly HashSet<TftpTransfer> _open = [];
    private int _next = Node.FirstFile;

    /// <summary>Results of transfers in the order in which they closed.</summary>
    public List<(TftpTransfer Transfer, int File, int Result, int Position)> Results { get; } = [];

    /// <summary>What peers may read.</summary>
    public Dictionary<string, byte[]> Readable { get; } = [];

    /// <summary>What arrived whole, by name of the file written or by number for a client's reads.</summary>
    public Dictionary<string, byte[]> Written { get; } = [];

    /// <summary>Decides about a block: by default it is taken.</summary>
    public Func<TftpTransfer, bool, int> OnWrite { get; set; } = (_, _) => TftpResult.Ok;

    /// <summary>Decides about an open, and may look at the transfer.</summary>
    public Func<TftpTransfer, string, int> OnOpen { get; set; } = (_, _) => TftpResult.Ok;

    public Action<TftpTransfer>? OnRead { get; set; }

    public Action<TftpTransfer, int>? OnClosed { get; set; }

    public int Opened { get; private set; }

    public int StillOpen => _open.Count;

    public int Add(string name, byte[] content)
    {
        _entries.Add(_next, new Entry(name, content));
        return _next++;
    }

    /// <summary>To be called after a client's start, which no callback tells of.</summary>
    public TftpTransfer Started(TftpTransfer? transfer)
    {
        Assert.NotNull(transfer);
        Open(transfer);
        return transfer;
    }

    public int OpenRead(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        string text = Encoding.Latin1.GetString(name, offset, length);
        int result = OnOpen(transfer, text);
        if (result != TftpResult.Ok)
        {
            return result;
        }

        if (!Readable.TryGetValue(text, out byte[]? content))
        {
            return TftpError.FileNotFound;
        }

        transfer.File = Add(text, content);
        transfer.Size = content.Length;
        Open(transfer);
        return TftpResult.Ok;
    }

    public int OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        string text = Encoding.Latin1.GetString(name, offset, length);
        int result = OnOpen(transfer, text);
        if (result != TftpResult.Ok)
        {
            return result;
        }

        transfer.File = Add(text, []);
        Open(transfer);
        return TftpResult.Ok;
    }

    public void Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
    {
        Assert.Contains(transfer, _open);
        Assert.InRange(count, 1, transfer.BlockSize);
        OnRead?.Invoke(transfer);
        Array.Copy(_entries[transfer.File].Content, position, buffer, offset, count);
    }

    public int Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last)
    {
        Assert.Contains(transfer, _open);
        Entry entry = _entries[transfer.File];
        Assert.Equal(entry.Taken.Count, position);
        int result = OnWrite(transfer, last);
        if (result is TftpResult.Ok or TftpResult.Wait)
        {
            entry.Taken.AddRange(data.AsSpan(offset, count));
        }

        return result;
    }

    /// <summary>Takes back the last bytes of the one file that is arriving.</summary>
    public void Forget(int count)
    {
        List<byte> taken = _entries[Assert.Single(_open).File].Taken;
        taken.RemoveRange(taken.Count - count, count);
    }

    public void Closed(TftpTransfer transfer, int result)
    {
        Assert.True(_open.Remove(transfer), "closed twice, or never opened");
        Assert.False(transfer.IsActive);
        Results.Add((transfer, transfer.File, result, transfer.Position));
        Entry entry = _entries[transfer.File];
        if (result == TftpResult.Ok && !transfer.IsSender)
        {
            Written[entry.Name] = entry.Taken.ToArray();
        }

        OnClosed?.Invoke(transfer, result);
    }

    private void Open(TftpTransfer transfer)
    {
        Assert.True(_open.Add(transfer), "opened while open");
        Opened++;
    }

    private sealed record Entry(string Name, byte[] Content)
    {
        public List<byte> Taken { get; } = [];
    }
}
