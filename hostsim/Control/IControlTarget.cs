using Spore.Signing;

namespace Spore.Hostsim.Control;

/// <summary>The running node behind a control socket. Called on any thread.</summary>
internal interface IControlTarget
{
    /// <summary>Makes the text of the file <c>status</c> (PROTOCOL section 8.3).</summary>
    /// <param name="isNetascii">Whether CR LF ends a line, instead of LF.</param>
    /// <returns>Its bytes.</returns>
    byte[] Status(bool isNetascii);

    /// <summary>Copies the applied network.</summary>
    /// <returns>The file's bytes; none where there is no network, or the node holds a part of it only.</returns>
    byte[] Network();

    /// <summary>Applies a network.</summary>
    /// <param name="network">The file's bytes.</param>
    /// <returns>What the node has now, in words.</returns>
    /// <exception cref="InputException">It is no network of the trust root.</exception>
    /// <exception cref="NetworkRefusedException">The node refuses it.</exception>
    /// <exception cref="HostsimException">The node has stopped.</exception>
    string Push(byte[] network);
}
