namespace Spore.Services;

/// <summary>What the file <c>status</c> shows of a node.</summary>
internal interface IStatusSource
{
    /// <summary>The state of the node's network, as an index into the words of <see cref="StatusText"/>.</summary>
    int StatusState { get; }

    /// <summary>A number of the text.</summary>
    /// <param name="index">Its index in the text, from 0.</param>
    /// <returns>The number, at least 0.</returns>
    long StatusNumber(int index);
}
