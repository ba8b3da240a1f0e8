using System;
using System.IO;
using System.Net.Sockets;

namespace Spore.Hostsim.Sockets;

/// <summary>Socket files at which other programs of this machine talk to a running node.</summary>
internal static class SocketFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerAndGroup = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const UnixFileMode OpenFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const int Backlog = 16;

    /// <summary>The path of a socket file.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="name">The name of the node, which is that of its interface.</param>
    public static string PathOf(string folder, string name) => Path.Combine(folder, name + ".sock");

    /// <summary>
    /// Makes a socket file for its owner, in the place of one that nobody listens at. It goes when the socket is
    /// disposed of.
    /// </summary>
    /// <param name="folder">Its folder, which is made if need be.</param>
    /// <param name="name">The name of the node.</param>
    /// <param name="group">The number of a group that may connect too, or null.</param>
    /// <returns>The listening socket.</returns>
    /// <exception cref="HostsimException">It can't be made.</exception>
    public static Socket Listen(string folder, string name, uint? group = null)
    {
        string path = PathOf(folder, name);
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
                if (group != null)
                {
                    UserGroup.Give(path, group.Value);
                }

                File.SetUnixFileMode(path, group == null ? OwnerOnly : OwnerAndGroup);
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
