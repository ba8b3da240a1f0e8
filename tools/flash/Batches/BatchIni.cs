using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>
/// The INI file of a batch. A new one is made of the table. To one that is there, the members that it lacks are added
/// at its end; all that it has already stays byte for byte, since people edit it.
/// </summary>
internal sealed class BatchIni
{
    private const int SizeLimit = 64 << 20;

    private readonly string _table;
    private readonly NetworkDescription _wanted;
    private readonly int[] _lines;
    private readonly DateTimeOffset _now;

    /// <summary>Reads the file, if it is there, and checks that the members it lacks can be added.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="table">The path of the table, for messages.</param>
    /// <param name="wanted">The network of the table.</param>
    /// <param name="lines">For each member of that network its line in the table.</param>
    /// <param name="now">The time of day.</param>
    /// <exception cref="InputException">It can't be used, or a member of the table can't be added to it.</exception>
    public BatchIni(string path, string table, NetworkDescription wanted, int[] lines, DateTimeOffset now)
    {
        Path = path;
        _table = table;
        _wanted = wanted;
        _lines = lines;
        _now = now;
        byte[]? old = Read();
        IsNew = old is null;
        Network = Parse(Complete(old, out _));
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>Whether there was no such file.</summary>
    public bool IsNew { get; }

    /// <summary>The network that the file describes in the end.</summary>
    public NetworkDescription Network { get; }

    /// <summary>The members whose entries in the file differ from their rows in the table.</summary>
    public IReadOnlyList<PeerDescription> Different
    {
        get
        {
            Dictionary<string, PeerDescription> there = Network.Peers.ToDictionary(Key);
            return
            [
                .. _wanted.Peers.Where(p =>
                    NetworkIni.FormatPeer(Network.WithAddresses(p)) != NetworkIni.FormatPeer(there[Key(p)])),
            ];
        }
    }

    /// <summary>Writes the file whole or not at all, unless it has all members.</summary>
    /// <returns>The number of members that were added; all where the file is new.</returns>
    /// <exception cref="InputException">
    /// It can't be written, or was changed meanwhile so that it can't be used.
    /// </exception>
    public int Write()
    {
        // Read again: a person may have edited it while the images were made.
        byte[] text = Complete(Read(), out int added);
        if (added > 0)
        {
            OutputFile.Write(Path, text);
        }

        return added;
    }

    private static string Key(PeerDescription peer) => KeyText.Format(peer.PublicKey);

    private byte[]? Read() => File.Exists(Path) ? InputFile.Read(Path, SizeLimit) : null;

    private NetworkDescription Parse(byte[] text) => NetworkIni.Parse(text, Path, _now);

    private byte[] Complete(byte[]? old, out int added)
    {
        if (old is null)
        {
            added = _wanted.Peers.Count;
            return Encoding.UTF8.GetBytes(NetworkIni.Format(_wanted, false));
        }

        NetworkDescription there = Parse(old);
        HashSet<string> keys = [.. there.Peers.Select(Key)];
        StringBuilder entries = new();
        added = 0;
        for (int i = 0; i < _wanted.Peers.Count; i++)
        {
            PeerDescription peer = _wanted.Peers[i];
            if (!keys.Contains(Key(peer)))
            {
                CheckFree(peer, $"{_table}:{_lines[i]}", there);
                entries.Append('\n').Append(NetworkIni.FormatPeer(peer));
                added++;
            }
        }

        if (added == 0)
        {
            return old;
        }

        // With the line breaks that the file has.
        string ending = old.AsSpan().IndexOf("\r\n"u8) >= 0 ? "\r\n" : "\n";
        string last = old.AsSpan().EndsWith("\n"u8) ? "" : "\n";
        return [.. old, .. Encoding.UTF8.GetBytes((last + entries).Replace("\n", ending))];
    }

    // In words about the table, which a person changes more easily than the end of the INI file.
    private void CheckFree(PeerDescription peer, string where, NetworkDescription there)
    {
        if (peer.Label is string label
            && there.Peers.Find(p => label.Equals(p.Label, StringComparison.OrdinalIgnoreCase)) is not null)
        {
            throw new InputException(
                where,
                "Label",
                $"'{label}' has an entry with another key in {Path}; put the identity of that key back, or delete the "
                + "entry");
        }

        foreach (AllowedPrefix prefix in there.WithAddresses(peer).AllowedPrefixes)
        {
            if (there.Peers.Find(p => p.AllowedPrefixes.Contains(prefix)) is PeerDescription holder)
            {
                string name = NetworkWarnings.Name([holder]);
                string which = peer.AllowedPrefixes.Contains(prefix)
                    ? $"{prefix}"
                    : $"{prefix}, which follows from its key,";
                throw new InputException(
                    where, "AllowedIPs", $"{which} is that of {name} in {Path}; choose another one");
            }
        }
    }
}
