using Spore.Signing;

namespace Spore.Hostsim.Live;

/// <summary>A peer configured by hand.</summary>
/// <param name="Key">Its public key, 32 bytes.</param>
/// <param name="Place">Where it is, or null when only the hello is to find it.</param>
internal sealed record PeerArgument(byte[] Key, HostPort? Place)
{
    /// <summary>Reads <c>KEY</c> or <c>KEY@HOST:PORT</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="peer">What it says.</param>
    /// <returns>Whether it was understood.</returns>
    public static bool TryParse(string text, out PeerArgument peer)
    {
        int at = text.IndexOf('@');
        HostPort? place = null;
        byte[]? key = KeyText.TryParse(at < 0 ? text : text[..at]);
        bool sound = key != null;
        if (at >= 0)
        {
            sound &= HostPort.TryParse(text[(at + 1)..], out place);
        }

        peer = new PeerArgument(key ?? [], place);
        return sound;
    }
}
