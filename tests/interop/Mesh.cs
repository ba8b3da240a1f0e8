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
    {
        Lab = Lab.Open(programs);
        Machines =
        [
            .. Enumerable.Range(1, size).Select(i => Lab.Machine(string.Create(CultureInfo.InvariantCulture, $"m{i}"))),
        ];
        Wire.Join(Lab, [.. Machines]);
        _identities = [.. Machines.Select(_ => _authority.NewNode())];
        Nodes = new SporeNode?[size];
    }

    /// <summary>The lab.</summary>
    public Lab Lab { get; }

    /// <summary>The machines.</summary>
    public IReadOnlyList<NetworkNamespace> Machines { get; }

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
        version, [.. Enumerable.Range(1, Machines.Count).Except(without).Select(Member)]);

    /// <summary>Starts a node.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="network">The network that it starts with, or null.</param>
    /// <param name="more">More options.</param>
    /// <returns>The node.</returns>
    public SporeNode Start(int number, byte[]? network, params string[] more) =>
        Nodes[number - 1] = new SporeNode(
            Lab, Machines[number - 1], _identities[number - 1], number, true, network, more);

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
