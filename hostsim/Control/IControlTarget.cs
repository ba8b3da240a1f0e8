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

    /// <summary>Tells what the node knows of itself and of a peer.</summary>
    /// <param name="whom">The peer: a public key, a label, or an inner address.</param>
    /// <returns>The report.</returns>
    /// <exception cref="HostsimException">No peer is meant, or several are; or the node has stopped.</exception>
    NodeReport Inspect(string whom);

    /// <summary>Applies a network.</summary>
    /// <param name="network">The file's bytes.</param>
    /// <returns>What the node has now, in words.</returns>
    /// <exception cref="InputException">It is no network of the trust root.</exception>
    /// <exception cref="NetworkRefusedException">The node refuses it.</exception>
    /// <exception cref="HostsimException">The node has stopped.</exception>
    string Push(byte[] network);
}
