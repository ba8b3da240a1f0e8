using System;
using System.Net.Sockets;
using Spore.Signing;

namespace Spore.Hostsim.Sockets;

/// <summary>Who is at the other end of a socket file (Linux).</summary>
internal static class ClientUser
{
    // SOL_SOCKET and SO_PEERCRED (unix(7)): struct ucred has the process, the user and the group, 4 bytes each.
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int CredentialsSize = 12;
    private const int UserOffset = 4;

    /// <summary>Whether a client may change the node: it is root, or the user of the node.</summary>
    /// <param name="client">The client's connection.</param>
    public static bool MayChange(Socket client)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        byte[] credentials = new byte[CredentialsSize];
        int length = client.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        uint user = BitConverter.ToUInt32(credentials, UserOffset);
        return length == CredentialsSize && (user == 0 || user == Posix.EffectiveUser());
    }
}
