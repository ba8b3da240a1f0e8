using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Spore.Hostsim.Live.Output;
using Spore.Signing;

namespace Spore.Hostsim.Live.Names;

/// <summary>
/// Keeps the names of the members in a hosts file, so that programs of this machine know them. It changes its own lines
/// alone (<see cref="HostsLines"/>), the file as a whole, and takes its lines out at the end.
/// </summary>
internal sealed class HostsFile : IDisposable
{
    private const int Largest = 64 << 20;

    private readonly string _path;
    private readonly byte[] _publicKey;
    private readonly LiveTimeline _timeline;
    private readonly LatestWork<string[]> _work;
    private string[] _last = [];
    private string[] _nameless = [];

    // The thread's own: the fault that was reported last; null for none.
    private string? _fault;

    /// <summary>Makes one; the file is read when there are names.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="publicKey">The node's public key, 32 bytes.</param>
    /// <param name="timeline">Where results are reported.</param>
    /// <param name="retry">How long to wait after a failure; null for a minute.</param>
    public HostsFile(string path, byte[] publicKey, LiveTimeline timeline, TimeSpan? retry = null)
    {
        (_path, _publicKey, _timeline) = (path, publicKey, timeline);
        _work = new LatestWork<string[]>("hosts", TryWrite, retry);

        // Those of a run that was killed.
        _work.Put(_last);
    }

    /// <summary>Should be called when the members have changed. Never blocks.</summary>
    /// <param name="members">The members.</param>
    public void Follow(IReadOnlyList<PeerDescription> members)
    {
        ILookup<string, PeerDescription> named = members
            .Where(m => m.Label != null && m.AllowedPrefixes.Any(p => p.IsHost))
            .ToLookup(m => HostName.Of(m.Label!) ?? string.Empty);
        Report([
            .. named[string.Empty].Select(m => $"{MessageText.Quote(m.Label!)} is no host name"),
            .. named.Where(n => n.Key.Length > 0 && n.Count() > 1).Select(n => $"{n.Count()} members would be {n.Key}"),
        ]);
        string[] lines = [.. HostsLines.Of(named
            .Where(n => n.Key.Length > 0 && n.Count() == 1)
            .OrderBy(n => n.Key, StringComparer.Ordinal)
            .Select(n => (
                n.Key,
                n.Single().AllowedPrefixes.Where(p => p.IsHost).Select(p => p.Address.ToString()))))];
        if (!lines.SequenceEqual(_last))
        {
            _last = lines;
            _work.Put(lines);
        }
    }

    /// <summary>Takes the node's lines out, and waits a moment for that.</summary>
    public void Dispose()
    {
        if (_last.Length > 0)
        {
            _work.Put([]);
        }

        _work.Dispose();
    }

    private void Report(string[] nameless)
    {
        foreach (string text in nameless.Except(_nameless))
        {
            _timeline.Tell("no name", "yellow", text);
        }

        _nameless = nameless;
    }

    private bool TryWrite(string[] lines)
    {
        string? fault = Write(lines);
        if (fault != null && fault != _fault)
        {
            _timeline.Tell("no names", "yellow", fault);
        }

        _fault = fault;
        return fault == null;
    }

    private string? Write(string[] lines)
    {
        try
        {
            byte[] old = Path.Exists(_path) ? InputFile.Read(_path, Largest) : [];
            byte[] changed = HostsLines.Replace(old, _publicKey, lines);
            if (!changed.AsSpan().SequenceEqual(old))
            {
                OutputFile.Write(_path, changed);
                _timeline.Tell("names", "green", $"{_path}, addresses with names: {lines.Length}");
            }

            return null;
        }
        catch (InputException exception)
        {
            return exception.Message;
        }
    }
}
