namespace Spore.Hostsim.Live.Output;

/// <summary>
/// Writes the entries of a <see cref="BackgroundLog{T}"/>, one call at a time. Any exception means that the write
/// failed.
/// </summary>
/// <typeparam name="T">The entry's type.</typeparam>
internal interface ILogSink<T>
{
    /// <summary>Writes an entry. May block.</summary>
    /// <param name="entry">The entry.</param>
    void Write(T entry);

    /// <summary>
    /// Called before the next entry after entries were lost. May block. When it throws it is called again later.
    /// </summary>
    /// <param name="count">The number of entries that were lost.</param>
    /// <param name="reason">Why the first of them was lost.</param>
    /// <param name="wasCut">Whether a write has failed, so that a part of an entry may have been written.</param>
    void WriteLoss(long count, string reason, bool wasCut);

    /// <summary>
    /// Called once for each outage when its first entry is lost, on any thread. Must not block or throw.
    /// </summary>
    /// <param name="reason">Why.</param>
    void Lose(string reason);

    /// <summary>
    /// Called when an entry is not needed any more, whether it was written or not. Must not block or throw.
    /// </summary>
    /// <param name="entry">The entry.</param>
    void Release(T entry);
}
