namespace Spore.Hostsim.Live.Pipeline;

/// <summary>The jobs of one peer in one direction, in the order in which they have to finish.</summary>
/// <param name="seals">Whether its jobs seal; else they open.</param>
/// <remarks>It belongs to a <see cref="CipherQueue"/>, which alone changes it.</remarks>
internal sealed class PeerQueue(bool seals)
{
    /// <summary>Whether its jobs seal; else they open.</summary>
    public bool Seals { get; } = seals;

    /// <summary>The job that finishes next.</summary>
    public CipherJob? First { get; set; }

    /// <summary>The job that finishes last.</summary>
    public CipherJob? Last { get; set; }

    /// <summary>The first job with messages that no thread has begun with.</summary>
    public CipherJob? ToBegin { get; set; }

    /// <summary>The queue whose turn comes after its own, while it has jobs to begin.</summary>
    public PeerQueue? NextInTurn { get; set; }

    /// <summary>Whether a thread is finishing jobs.</summary>
    public bool IsFinishing { get; set; }
}
