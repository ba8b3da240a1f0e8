using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Spore.Base;
using Spore.Hostsim.Endpoints;
using Spore.Signing;

namespace Spore.Hostsim.Live.Names;

/// <summary>
/// Resolves the names of endpoints in the background, so that no packet waits for a name server. It asks for a name
/// once at a time.
/// </summary>
/// <param name="found">Called with the key of the peer and its endpoint, on a thread of its own.</param>
internal sealed class NameResolver(Action<byte[], Endpoint> found)
{
    private readonly HashSet<(string Key, PeerEndpoint Place)> _pending = [];

    /// <summary>Finds the address of an endpoint.</summary>
    /// <param name="place">The endpoint, or null.</param>
    /// <param name="cancel">Ends the wait for a name server.</param>
    /// <returns>
    /// The core's form of it, or null for null. It has the first usable address of a name, in the system's order.
    /// </returns>
    /// <exception cref="HostsimException">The name has no usable address.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    [return: NotNullIfNotNull(nameof(place))]
    public static Endpoint? Find(PeerEndpoint? place, CancellationToken cancel = default)
    {
        return place == null
            ? null
            : EndpointAddress.From(
                new IPEndPoint(place.Address ?? Resolve(place.Name!, place.Port, cancel), place.Port));
    }

    /// <summary>
    /// Begins to resolve the name of a peer's endpoint. A name that is not found is forgotten; the node asks for it
    /// again.
    /// </summary>
    /// <param name="key">The peer's public key.</param>
    /// <param name="place">The name.</param>
    public void Resolve(byte[] key, PeerEndpoint place)
    {
        (string, PeerEndpoint) wanted = (Convert.ToHexString(key), place);
        lock (_pending)
        {
            if (!_pending.Add(wanted))
            {
                return;
            }
        }

        Task.Run(() =>
        {
            try
            {
                found(key, Find(place));
            }
            catch (HostsimException)
            {
                // No such name, or no name server: the node asks again at its next attempt.
            }
            finally
            {
                lock (_pending)
                {
                    _pending.Remove(wanted);
                }
            }
        });
    }

    private static IPAddress Resolve(string name, int port, CancellationToken cancel)
    {
        IPAddress[] addresses;
        try
        {
            // The token alone would end the wait for a thread, and not that for the name server.
            addresses = Dns.GetHostAddressesAsync(name, cancel).WaitAsync(cancel).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            string reason = exception.Message;
            throw new HostsimException($"{name}: no address found ({reason}); check the name, or give an address");
        }

        // A name server may answer 0.0.0.0 for a name that it blocks. The rules for written addresses hold for answers.
        string? fault = null;
        return addresses
            .Select(a => PeerEndpoint.TryParse(new IPEndPoint(a, port).ToString(), EndpointUse.LocalAddress, out fault))
            .FirstOrDefault(e => e != null)?.Address
            ?? throw new HostsimException($"{name}: no usable address found ({fault ?? "the name has none"})");
    }
}
