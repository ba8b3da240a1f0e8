using System;
using System.Globalization;
using System.IO;
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
        : this(null, programs)
    {
    }

    /// <summary>Makes the machines and starts stock WireGuard, which has no peer yet.</summary>
    /// <param name="behindNat">Who is behind a NAT, or null. The router then has its place on the wire.</param>
    /// <param name="programs">The programs needed beyond those that all tests need.</param>
    public Pair(Side? behindNat, params string[] programs)
    {
        Lab = Lab.Open(programs);
        Ours = Lab.Machine("spore");
        NetworkNamespace theirs = Lab.Machine("stock");
        if (behindNat == null)
        {
            Wire.Join(Lab, Ours, theirs);
        }
        else
        {
            NetworkNamespace router = Lab.Machine("router");
            bool isOurs = behindNat == Side.Ours;
            Wire.Join(Lab, Outer.Ipv4, isOurs ? router : Ours, isOurs ? theirs : router);
            Nat = new Nat(router, isOurs ? 1 : 2, isOurs ? Ours : theirs);
        }

        _identity = _authority.NewNode();
        Stock = new StockNode(Lab, theirs, 2);
    }

    /// <summary>The lab.</summary>
    public Lab Lab { get; }

    /// <summary>The machine for our node, number 1 on the wire.</summary>
    public NetworkNamespace Ours { get; }

    /// <summary>The stock node, number 2 on the wire.</summary>
    public StockNode Stock { get; private set; }

    /// <summary>What our node is in the network.</summary>
    public Member Self => Describe(new Member(_identity.PublicKey, 1));

    /// <summary>What the network says of our node beyond its key and addresses.</summary>
    public Func<Member, Member> Describe { get; init; } = m => m;

    /// <summary>The NAT; null where there is none.</summary>
    public Nat? Nat { get; }

    /// <summary>The option by which our node initiates to the stock one.</summary>
    public string[] PeerOption => ["--peer", $"{Stock.Self.KeyText}@{Wire.Endpoint(2)}"];

    /// <summary>Starts our node with the signed network.</summary>
    /// <param name="tun">Whether it makes an interface.</param>
    /// <param name="stockEndpoint">What the network says of where the stock node is, or null.</param>
    /// <param name="more">More options of the command line.</param>
    /// <returns>The node.</returns>
    public SporeNode Start(bool tun, string? stockEndpoint = null, params string[] more)
    {
        return new SporeNode(Lab, Ours, _identity, 1, tun, Sign(1, Stock.Self with { Endpoint = stockEndpoint }), more);
    }

    /// <summary>Starts our node with a network of its own.</summary>
    /// <param name="tun">Whether it makes an interface.</param>
    /// <param name="network">The network file that is made for it; null for none.</param>
    /// <param name="more">More options of the command line.</param>
    /// <returns>The node.</returns>
    public SporeNode StartWith(bool tun, byte[]? network, params string[] more)
    {
        return new SporeNode(Lab, Ours, _identity, 1, tun, network, more);
    }

    /// <summary>
    /// Writes the identity of our node and a signed network into files, for a test that starts the program itself.
    /// </summary>
    /// <returns>The command line, without options beyond these.</returns>
    public string[] CommandLine()
    {
        return
        [
            SporeNode.Dotnet(),
            Path.Combine(AppContext.BaseDirectory, "hostsim.dll"),
            "node",
            "--identity",
            Lab.File("own.id", _identity.Record),
            "--listen",
            StockNode.Port.ToString(CultureInfo.InvariantCulture),
            "--network",
            Lab.File("own.spore", Sign(1, Stock.Self)),
        ];
    }

    /// <summary>Kills the stock node and starts it again with the same key, and no peer.</summary>
    public void RestartStock()
    {
        Stock.Kill();
        Stock = new StockNode(Lab, Stock.Machine, Stock.Self.Number, Stock.PrivateKey);
    }

    /// <summary>Signs a network of our node and others.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="others">The others.</param>
    /// <returns>The file's bytes.</returns>
    public byte[] Sign(ulong version, params Member[] others)
    {
        return _authority.Sign(version, [Self, .. others]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _authority.Dispose();
        Lab.Dispose();
    }
}
