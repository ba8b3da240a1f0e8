using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Spore.Hostsim.Sockets;

namespace Spore.Hostsim.Control;

/// <summary>
/// Talks to a running node of this machine at its control socket, with a connection for each request. May be used on
/// any thread.
/// </summary>
internal sealed class ControlClient
{
    // In milliseconds. A push waits for signatures.
    private const int Patience = 30_000;
    private const int LongestLine = 4096;

    private readonly string _path;
    private readonly CancellationToken _cancel;

    private ControlClient(string folder, string name, CancellationToken cancel)
    {
        Name = name;
        _cancel = cancel;
        _path = SocketFile.PathOf(folder, name);
    }

    /// <summary>The name of the node, which is that of its interface if it has one.</summary>
    public string Name { get; }

    /// <summary>Finds a running node.</summary>
    /// <param name="folder">The folder of the socket files.</param>
    /// <param name="name">The node's name; null for the only node.</param>
    /// <param name="interfaces">The names of this machine's interfaces: nodes with one of these come first.</param>
    /// <param name="cancel">Ends the wait for a node that does not answer, here and in the client.</param>
    /// <returns>The client; null where there is no node with a socket, or this user may not connect.</returns>
    /// <exception cref="HostsimException">There are several nodes, and none is named.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static ControlClient? TryOpen(
        string folder, string? name, IReadOnlyCollection<string> interfaces, CancellationToken cancel)
    {
        string[] names = name != null ? [name] : Names(folder);
        if (names.Any(interfaces.Contains))
        {
            names = [.. names.Where(interfaces.Contains)];
        }

        ControlClient[] found = [.. names.Select(n => new ControlClient(folder, n, cancel)).Where(c => c.IsThere())];
        return found.Length > 1
            ? throw new HostsimException(
                $"several nodes run here: {string.Join(", ", found.Select(c => c.Name))}; choose one by --interface")
            : found.FirstOrDefault();
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="request">The request's line.</param>
    /// <param name="body">What follows the line.</param>
    /// <returns>The body of the answer.</returns>
    /// <exception cref="HostsimException">The node refuses it, or does not answer.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public byte[] Ask(string request, byte[]? body = null) => Await(() => Exchange(request, body));

    // The system calls of a socket file may hang, to connect too: then the thread is left behind.
    private T Await<T>(Func<T> work) => Task.Run(work, _cancel).WaitAsync(_cancel).GetAwaiter().GetResult();

    private byte[] Exchange(string request, byte[]? body)
    {
        try
        {
            using NetworkStream stream = new(Connect(), true) { ReadTimeout = Patience, WriteTimeout = Patience };
            stream.Write(Encoding.UTF8.GetBytes(request + "\n"));
            stream.Write(body ?? []);
            string line = ReadLine(stream);
            string[] words = line.Split(' ', 2);
            if (words is [ControlConnection.Ok, { } size]
                && int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out int length))
            {
                byte[] answer = new byte[length];
                stream.ReadExactly(answer);
                return answer;
            }

            throw new HostsimException(words is [ControlConnection.Error, { } text] ? text : $"{Name}: {line}");
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new HostsimException($"the node {Name} does not answer at its control socket ({exception.Message})");
        }
    }

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

    private bool IsThere()
    {
        try
        {
            Await(Connect).Dispose();
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            // Nobody listens, or this user may not connect, or the name is too long for a socket file.
            return false;
        }
    }

    private Socket Connect()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(_path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string ReadLine(NetworkStream stream)
    {
        List<byte> line = [];
        for (int next = stream.ReadByte(); next != '\n'; next = stream.ReadByte())
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
