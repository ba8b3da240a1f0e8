using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Tests.Interop;

/// <summary>
/// Machines on one wire with a node each, and a network that names them: the first is the witness. A machine can be
/// asked by <c>hostsim</c>'s commands.
/// </summary>
internal sealed class Mesh : IDisposable
{
    private readonly Authority _authority = new();
    private readonly NodeIdentity[] _identities;

    /// <summary>Makes the machines; no node runs yet.</summary>
    /// <param name="size">Their number, at least 2.</param>
    /// <param name="programs">The programs needed beyond those that all tests need.</param>
    public Mesh(int size, params string[] programs)
        : this(size, Outer.Both, programs)
    {
    }

    /// <summary>Makes the machines; no node runs yet.</summary>
    /// <param name="size">Their number, at least 2.</param>
    /// <param name="addresses">The addresses that they have on the wire.</param>
    /// <param name="programs">The programs needed beyond those that all tests need.</param>
    public Mesh(int size, Outer addresses, params string[] programs)
    {
        Lab = Lab.Open(programs);
        Machines =
        [
            .. Enumerable.Range(1, size).Select(i => Lab.Machine(string.Create(CultureInfo.InvariantCulture, $"m{i}"))),
        ];
        Bridge = Wire.Join(Lab, addresses, [.. Machines]);
        _identities = [.. Machines.Select(_ => _authority.NewNode())];
        Nodes = new SporeNode?[size];
    }

    /// <summary>The lab.</summary>
    public Lab Lab { get; }

    /// <summary>The machines.</summary>
    public IReadOnlyList<NetworkNamespace> Machines { get; }

    /// <summary>The bridge between the machines; null where there are two.</summary>
    public NetworkNamespace? Bridge { get; }

    /// <summary>When the networks expire that are signed, in Unix seconds; 0 for never.</summary>
    public long Expires { get; set; }

    /// <summary>The node of each machine that was started.</summary>
    public SporeNode?[] Nodes { get; }

    /// <summary>Changes what the network says about a member, by its number from 1.</summary>
    public Func<int, Member, Member> Describe { get; set; } = (_, m) => m;

    /// <summary>What the network says about a member.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <returns>The member.</returns>
    public Member Member(int number) => Describe(
        number,
        new Member(_identities[number - 1].PublicKey, number, Wire.Endpoint(number))
        {
            Roles = number == 1 ? EntryRoles.Witness : 0,
        });

    /// <summary>Signs a network.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="without">The numbers of those that it does not name.</param>
    /// <returns>The file's bytes.</returns>
    public byte[] Sign(ulong version, params int[] without) => _authority.Sign(
        version, Enumerable.Range(1, Machines.Count).Except(without).Select(i => Member(i).Describe()), Expires);

    /// <summary>Starts a node.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="network">The network that it starts with, or null.</param>
    /// <param name="more">More options.</param>
    /// <returns>The node.</returns>
    public SporeNode Start(int number, byte[]? network, params string[] more) =>
        Nodes[number - 1] = Start(Machines[number - 1], number, network, more);

    /// <summary>Starts a node with the identity of a member on any machine.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="number">The member's number, from 1.</param>
    /// <param name="network">The network that it starts with, or null.</param>
    /// <param name="more">More options.</param>
    /// <returns>The node.</returns>
    public SporeNode Start(NetworkNamespace machine, int number, byte[]? network, params string[] more) =>
        new(Lab, machine, _identities[number - 1], number, true, network, more);

    /// <summary>Lets a machine ping a member until the lab ends.</summary>
    /// <param name="from">The number of the machine, from 1.</param>
    /// <param name="to">The number of the member.</param>
    public void KeepPinging(int from, int to) => Lab.Keep(
        Machines[from - 1].Start(["ping", "-n", "-q", "-i", "0.5", Member(to).Ipv4]));

    /// <summary>Starts all nodes with one network, and waits until each has a session with each other one.</summary>
    /// <param name="version">The network's version.</param>
    public void StartAll(ulong version)
    {
        byte[] network = Sign(version);
        for (int i = 1; i <= Machines.Count; i++)
        {
            Start(i, network);
        }

        for (int i = 1; i <= Machines.Count; i++)
        {
            foreach (Member other in Enumerable.Range(1, Machines.Count).Where(o => o != i).Select(Member))
            {
                Ping.IsAnsweredAtLast(Machines[i - 1], other.Ipv4);
            }
        }
    }

    /// <summary>Runs <c>hostsim</c> on a machine.</summary>
    /// <param name="number">The machine's number, from 1.</param>
    /// <param name="arguments">The arguments.</param>
    /// <returns>How it ended.</returns>
    public Command Run(int number, params string[] arguments) =>
        Machines[number - 1].Run(
            [SporeNode.Dotnet(), Path.Combine(AppContext.BaseDirectory, "hostsim.dll"), .. arguments]);

    /// <summary>Runs <c>hostsim</c> on a machine as a user without rights.</summary>
    /// <param name="number">The machine's number, from 1.</param>
    /// <param name="arguments">The arguments.</param>
    /// <returns>How it ended.</returns>
    public Command RunAsNobody(int number, params string[] arguments) => Machines[number - 1].Run(
    [
        "setpriv",
        "--reuid=65534",
        "--clear-groups",
        SporeNode.Dotnet(),
        Path.Combine(AppContext.BaseDirectory, "hostsim.dll"),
        .. arguments,
    ]);

    /// <inheritdoc/>
    public void Dispose()
    {
        Lab.Dispose();
        _authority.Dispose();
    }
}
