using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Spore.Hostsim.Sockets;

/// <summary>Serves those who connect to a socket, each beside the others, until disposed of.</summary>
internal sealed class SocketServer : IDisposable
{
    private const int MostClients = 32;

    private static readonly TimeSpan _endPatience = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly Func<Socket, Stream, CancellationToken, Task> _serve;
    private readonly SemaphoreSlim _room = new(MostClients);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Starts to serve.</summary>
    /// <param name="socket">The listening socket, which is disposed of in the end.</param>
    /// <param name="serve">
    /// Serves a client with its socket and the stream of it, until the client goes or the token ends that. It may throw
    /// what a stream does.
    /// </param>
    public SocketServer(Socket socket, Func<Socket, Stream, CancellationToken, Task> serve)
    {
        _socket = socket;
        _serve = serve;
        _ = Task.Run(Accept);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();

        // When all the room is ours, no client is served any more.
        for (int i = 0; i < MostClients && _room.Wait(_endPatience); i++)
        {
        }

        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_stop.Token);
                Socket client;
                try
                {
                    client = await _socket.AcceptAsync(_stop.Token);
                }
                catch (SocketException) when (!_stop.IsCancellationRequested)
                {
                    // Too many files are open in the program.
                    _room.Release();
                    await Task.Delay(_endPatience, _stop.Token);
                    continue;
                }
                catch
                {
                    _room.Release();
                    throw;
                }

                // Not on this thread: a client whose requests are there already would hold up the next ones.
                _ = Task.Run(() => Serve(client));
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The node has ended.
        }
    }

    private async Task Serve(Socket client)
    {
        try
        {
            using NetworkStream stream = new(client, true);
            await _serve(client, stream, _stop.Token);
        }
        catch (Exception exception) when (IsEnd(exception) || exception is IOException)
        {
            // The client is gone or too slow, or the node has ended.
        }
        finally
        {
            _room.Release();
        }
    }

    private static bool IsEnd(Exception exception)
    {
        return exception is OperationCanceledException or SocketException or ObjectDisposedException;
    }
}
