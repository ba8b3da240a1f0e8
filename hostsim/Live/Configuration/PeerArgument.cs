using Spore.Signing;

namespace Spore.Hostsim.Live.Configuration;

/// <summary>A configured peer.</summary>
/// <param name="Key">Its public key, 32 bytes.</param>
/// <param name="Endpoint">Its endpoint, or null when only the hello is to find it.</param>
internal sealed record PeerArgument(byte[] Key, PeerEndpoint? Endpoint)
{
    /// <summary>Reads <c>KEY</c> or <c>KEY@HOST:PORT</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fault">What is wrong with it, or null.</param>
    /// <returns>The peer, or null when something is wrong.</returns>
    public static PeerArgument? TryParse(string text, out string? fault)
    {
        int at = text.IndexOf('@');
        byte[]? key = NodeKey.TryParsePublic(at < 0 ? text : text[..at], out fault);
        PeerEndpoint? endpoint = fault != null || at < 0
            ? null
            : PeerEndpoint.TryParse(text[(at + 1)..], EndpointUse.Local, out fault);
        return fault == null ? new PeerArgument(key!, endpoint) : null;
    }

    /// <summary>Writes the peer as <see cref="TryParse"/> reads it.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        return Endpoint == null ? KeyText.Format(Key) : $"{KeyText.Format(Key)}@{Endpoint}";
    }
}
