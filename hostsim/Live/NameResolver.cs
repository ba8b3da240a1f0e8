using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace Spore.Hostsim.Live;

/// <summary>Resolves the names of endpoints in the background, so that no packet waits for a name server. A name that is being resolved is not asked for again meanwhile.</summary>
/// <param name="found">Takes what was found, on a thread of its own.</param>
internal sealed class NameResolver(Action<byte[], Endpoint> found)
{
    private readonly HashSet<(string Key, HostPort Place)> _pending = [];

    /// <summary>Begins to resolve the name of a peer's endpoint. One that is not found is forgotten; it will be asked for again.</summary>
    /// <param name="key">The peer's public key.</param>
    /// <param name="place">The name.</param>
    public void Resolve(byte[] key, HostPort place)
    {
        (string, HostPort) wanted = (Convert.ToHexString(key), place);
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
                found(key, place.Resolve());
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
}
