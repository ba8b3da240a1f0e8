using System;
using Spore.Hostsim.Live.Output;

namespace Spore.Hostsim.Live.Serving;

/// <summary>A file that a peer reads or writes.</summary>
/// <param name="name">Its name as served, on one line.</param>
/// <param name="peer">Who reads or writes it.</param>
internal abstract class ServedTransfer(string name, string peer) : IDisposable
{
    /// <summary>Its name as served, on one line.</summary>
    public string Name { get; } = name;

    /// <summary>Who reads or writes it.</summary>
    public string Peer { get; } = peer;

    /// <summary>The peer as the subject of a log line.</summary>
    public LineSubject Subject { get; set; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
