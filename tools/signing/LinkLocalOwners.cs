using System;
using System.Collections.Generic;
using System.Net;

namespace Spore.Signing;

/// <summary>The keys of a network by their link-local addresses, of which no two may be equal.</summary>
/// <param name="addressOf">Computes the link-local address of a key, 16 bytes.</param>
public sealed class LinkLocalOwners(Func<byte[], byte[]> addressOf)
{
    private readonly Dictionary<IPAddress, int> _lines = [];

    /// <summary>Adds a key that is not there yet.</summary>
    /// <param name="key">The public key, 32 bytes.</param>
    /// <param name="line">Where it is.</param>
    /// <returns>
    /// What is wrong with it, and nothing was added; or null. It takes about 2^59 keys until two have one address by
    /// accident.
    /// </returns>
    public string? Add(byte[] key, int line)
    {
        IPAddress address = new(addressOf(key));
        return _lines.TryAdd(address, line)
            ? null
            : $"its link-local address, {address}, is that of the key on line {_lines[address]} too; make another key";
    }
}
