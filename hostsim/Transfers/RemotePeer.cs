using System;
using System.Linq;
using System.Net;
using Spore.CommandLine;
using Spore.Hostsim.Display;
using Spore.Signing;

namespace Spore.Hostsim.Transfers;

/// <summary>The peer whose files are read and written.</summary>
/// <param name="Key">Its public key, 32 bytes.</param>
/// <param name="Name">Its name for people.</param>
internal sealed record RemotePeer(byte[] Key, string Name)
{
    /// <summary>The link-local address that follows from its key.</summary>
    public IPAddress Address => new(NodeKey.LinkLocal(Key));

    /// <summary>Makes one with the name that people know.</summary>
    /// <param name="key">Its public key, 32 bytes.</param>
    /// <param name="label">Its label, or null.</param>
    public static RemotePeer Of(byte[] key, string? label) => new(key, PeerName.Of(KeyText.Format(key), label));

    /// <summary>Finds a peer.</summary>
    /// <param name="argument">The name of the argument, for messages.</param>
    /// <param name="text">A public key, or the label of a member.</param>
    /// <param name="network">The network, or null.</param>
    /// <param name="path">The network's file, for messages.</param>
    /// <returns>The peer.</returns>
    /// <exception cref="UsageException">The text is no key, and there is no network for a label.</exception>
    /// <exception cref="HostsimException">No member or several members have the label.</exception>
    public static RemotePeer Find(string argument, string text, NetworkDescription? network, string? path)
    {
        if (KeyText.TryParse(text) is not null)
        {
            byte[] key = NodeKey.TryParsePublic(text, out string? fault)
                ?? throw new UsageException(argument, fault!);
            string? label = network?.Peers.FirstOrDefault(p => p.PublicKey.AsSpan().SequenceEqual(key))?.Label;
            return Of(key, label);
        }

        if (network == null)
        {
            throw new UsageException(
                argument,
                $"{MessageText.Quote(text)} is not a key, and a label needs --network FILE; {KeyText.Form}");
        }

        PeerDescription[] found = [.. network.Peers.Where(p => p.Label == text)];
        return found.Length switch
        {
            1 => new RemotePeer(found[0].PublicKey, text),
            0 => throw new HostsimException(
                $"{argument}: no member of {path} has the label {MessageText.Quote(text)}"
                + PeerName.Labels(network.Peers.Select(p => p.Label))),
            _ => throw new HostsimException(
                $"{argument}: {found.Length} members of {path} have the label {MessageText.Quote(text)}; give the key"),
        };
    }
}
