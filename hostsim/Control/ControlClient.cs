using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using Spore.Hostsim.Sockets;

namespace Spore.Hostsim.Control;

/// <summary>Talks to a running node of this machine at its control socket.</summary>
internal sealed class ControlClient : IDisposable
{
    // In milliseconds. A push waits for signatures.
    private const int Patience = 30_000;
    private const int LongestLine = 4096;

    private readonly NetworkStream _stream;

    private ControlClient(string name, Socket socket)
    {
        Name = name;
        _stream = new NetworkStream(socket, true) { ReadTimeout = Patience, WriteTimeout = Patience };
    }

    /// <summary>The name of the node, which is that of its interface if it has one.</summary>
    public string Name { get; }

    /// <summary>Connects to a running node.</summary>
    /// <param name="folder">The folder of the socket files.</param>
    /// <param name="name">The node's name; null for the only node.</param>
    /// <param name="interfaces">The names of this machine's interfaces: nodes with one of these come first.</param>
    /// <returns>The client; null where there is no node with a socket, or this user may not connect.</returns>
    /// <exception cref="HostsimException">There are several nodes, and none is named.</exception>
    public static ControlClient? TryOpen(string folder, string? name, IReadOnlyCollection<string> interfaces)
    {
        string[] names = name != null ? [name] : Names(folder);
        if (names.Any(interfaces.Contains))
        {
            names = [.. names.Where(interfaces.Contains)];
        }

        List<ControlClient> found = [.. names.Select(n => TryConnect(folder, n)).OfType<ControlClient>()];
        if (found.Count > 1)
        {
            found.ForEach(c => c.Dispose());
            throw new HostsimException(
                $"several nodes run here: {string.Join(", ", found.Select(c => c.Name))}; choose one by --interface");
        }

        return found.FirstOrDefault();
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="request">The request's line.</param>
    /// <param name="body">What follows the line.</param>
    /// <returns>The body of the answer.</returns>
    /// <exception cref="HostsimException">The node refuses it, or does not answer.</exception>
    public byte[] Ask(string request, byte[]? body = null)
    {
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(request + "\n"));
            _stream.Write(body ?? []);
            string line = ReadLine();
            string[] words = line.Split(' ', 2);
            if (words is [ControlConnection.Ok, { } size]
                && int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out int length))
            {
                byte[] answer = new byte[length];
                _stream.ReadExactly(answer);
                return answer;
            }

            throw new HostsimException(words is [ControlConnection.Error, { } text] ? text : $"{Name}: {line}");
        }
        catch (IOException exception)
        {
            throw new HostsimException($"the node {Name} does not answer at its control socket ({exception.Message})");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static string[] Names(string folder)
    {
        try
        {
            return [.. Directory.GetFiles(folder, "*.sock").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No node has run here, or this user may not look.
            return [];
        }
    }

    private static ControlClient? TryConnect(string folder, string name)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(SocketFile.PathOf(folder, name)));
            return new ControlClient(name, socket);
        }
        catch (SocketException)
        {
            // Nobody listens, or this user may not connect.
            socket.Dispose();
            return null;
        }
    }

    private string ReadLine()
    {
        List<byte> line = [];
        for (int next = _stream.ReadByte(); next != '\n'; next = _stream.ReadByte())
        {
            if (next < 0 || line.Count == LongestLine)
            {
                throw new EndOfStreamException("the answer has no end");
            }

            line.Add((byte)next);
        }

        return Encoding.UTF8.GetString([.. line]);
    }
}
