using System;
using System.IO;
using System.Net.Sockets;

namespace Spore.Hostsim.Uapi;

/// <summary>The socket file at which <c>wg</c> finds an interface.</summary>
internal static class UapiSocket
{
    /// <summary>Where <c>wg</c> looks.</summary>
    public const string Folder = "/var/run/wireguard";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OpenFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const int Backlog = 16;

    /// <summary>
    /// Makes a socket file for its owner alone, in the place of one that nobody listens at. It goes when the
    /// socket is disposed of.
    /// </summary>
    /// <param name="folder">Its folder, which is made if need be.</param>
    /// <param name="name">The interface's name.</param>
    /// <returns>The listening socket.</returns>
    /// <exception cref="HostsimException">It can't be made.</exception>
    public static Socket Listen(string folder, string name)
    {
        string path = Path.Combine(folder, name + ".sock");
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder, OpenFolder);
            }

            if (File.Exists(path))
            {
                RemoveStale(path);
            }

            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                // Nobody can connect before it listens.
                File.SetUnixFileMode(path, OwnerOnly);
            }

            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
        {
            socket.Dispose();
            throw new HostsimException($"{path}: {exception.Message}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void RemoveStale(string path)
    {
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException)
        {
            // Somebody who has no time now.
        }

        throw new HostsimException($"{path}: another program uses it");
    }
}
