using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Spore.Hostsim.Uapi;

/// <summary>
/// Lets <c>wg</c> look at a running node and configure it, until disposed of: the cross-platform UAPI of wireguard-go.
/// </summary>
internal sealed class UapiServer : IDisposable
{
    private const int MostClients = 32;

    // For a client to say an operation, or to take its answer.
    private static readonly TimeSpan _clientPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _endPatience = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly IUapiDevice _device;
    private readonly TimeSpan _patience;
    private readonly SemaphoreSlim _room = new(MostClients);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Starts to serve.</summary>
    /// <param name="socket">The listening socket, which is disposed of in the end.</param>
    /// <param name="device">The node.</param>
    /// <param name="patience">How long a client may take to say or to take something; null for 5 s.</param>
    public UapiServer(Socket socket, IUapiDevice device, TimeSpan? patience = null)
    {
        _socket = socket;
        _device = device;
        _patience = patience ?? _clientPatience;
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

                _ = Serve(client);
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
            await new UapiConnection(stream, _device, _patience).Serve(_stop.Token);
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
