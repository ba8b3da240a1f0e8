using System;
using Spore.Signing;

namespace Spore.Tests.Interop;

/// <summary>Two machines on one wire, ours and one with stock WireGuard, both members of one signed network.</summary>
internal sealed class Pair : IDisposable
{
    private readonly Authority _authority = new();
    private readonly NodeIdentity _identity;

    /// <summary>Makes the machines and starts stock WireGuard, which has no peer yet.</summary>
    /// <param name="programs">The programs needed beyond those that all tests need.</param>
    public Pair(params string[] programs)
    {
        Lab = Lab.Open(programs);
        Ours = Lab.Machine("spore");
        NetworkNamespace theirs = Lab.Machine("stock");
        Wire.Join(Lab, Ours, theirs);
        _identity = _authority.NewNode();
        Stock = new StockNode(Lab, theirs, 2);
    }

    /// <summary>The lab.</summary>
    public Lab Lab { get; }

    /// <summary>The machine for our node, number 1 on the wire.</summary>
    public NetworkNamespace Ours { get; }

    /// <summary>The stock node, number 2 on the wire.</summary>
    public StockNode Stock { get; }

    /// <summary>What our node is in the network.</summary>
    public Member Self => new(_identity.PublicKey, 1);

    /// <summary>The option by which our node initiates to the stock one.</summary>
    public string[] PeerOption => ["--peer", $"{Stock.Self.KeyText}@{Wire.Endpoint(2)}"];

    /// <summary>Starts our node with the signed network.</summary>
    /// <param name="tun">Whether it makes an interface.</param>
    /// <param name="stockEndpoint">What the network says of where the stock node is, or null.</param>
    /// <param name="more">More options of the command line.</param>
    /// <returns>The node.</returns>
    public SporeNode Start(bool tun, string? stockEndpoint = null, params string[] more)
    {
        return new SporeNode(Lab, Ours, _identity, 1, tun, _authority.Sign(1, Self, Stock.Self with { Endpoint = stockEndpoint }), more);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _authority.Dispose();
        Lab.Dispose();
    }
}
