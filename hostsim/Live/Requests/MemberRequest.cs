namespace Spore.Hostsim.Live.Requests;

/// <summary>A request of a member.</summary>
/// <param name="Number">Its number for the response; 0 where none is wanted.</param>
/// <param name="Key">The member's key, in base64.</param>
/// <param name="Label">The member's label; empty for none.</param>
/// <param name="Name">The member's name for people.</param>
/// <param name="Body">The body.</param>
/// <param name="Arrived">When it has arrived, in <see cref="System.Diagnostics.Stopwatch"/> ticks.</param>
internal sealed record MemberRequest(long Number, string Key, string Label, string Name, byte[] Body, long Arrived)
{
    /// <summary>Whether a response is wanted.</summary>
    public bool WantsResponse => Number != 0;
}
