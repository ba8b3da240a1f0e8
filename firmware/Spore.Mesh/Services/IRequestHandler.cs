namespace Spore.Services;

/// <summary>What answers the requests of members (PROTOCOL section 8.4).</summary>
public interface IRequestHandler
{
    /// <summary>Called when a member's request has arrived whole. It may answer at once, or later.</summary>
    /// <param name="number">
    /// Names the request for <see cref="Spore.Mesh.Node.Respond"/>; 0 where no response is wanted.
    /// </param>
    /// <param name="key">A buffer with the member's public key, 32 bytes.</param>
    /// <param name="keyOffset">Where the key starts.</param>
    /// <param name="body">A buffer with the request; only valid during the call.</param>
    /// <param name="offset">Where the request starts, in bytes.</param>
    /// <param name="length">Its length in bytes.</param>
    void Handle(long number, byte[] key, int keyOffset, byte[] body, int offset, int length);
}
