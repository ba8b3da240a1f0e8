using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.PortableExecutable;
using Mono.Cecil;

namespace Spore.Emulator;

/// <summary>Measures the operations of the firmware, each on a device of its own.</summary>
internal sealed class DeviceBench
{
    private const int Heap = 512 * 1024;

    // 45.5 KB: what is left to this point of the ceiling for the whole product.
    private const int HeapWanted = 46_592;

    // 24 KB: the ceiling for a plain tunnel with one peer.
    private const int TunnelWanted = 24 * 1024;

    private static readonly string[] _assemblies = ["Spore.Crypto", "Spore.WireGuard", "Spore.Mesh"];
    private readonly string _file;

    /// <summary>Names the code to measure.</summary>
    /// <param name="file">The assembly of the device tests; the firmware is looked for beside it.</param>
    public DeviceBench(string file) => _file = file;

    /// <summary>Measures everything.</summary>
    /// <returns>The rows.</returns>
    /// <exception cref="ProgramException">The code is not there, or not what is expected.</exception>
    public BenchTable Measure()
    {
        using BouncyCastle bouncyCastle = new();
        List<BenchRow> operations = [.. new PrimitiveBench(_file, bouncyCastle).Measure(), .. Handshakes()];
        return new BenchTable(operations, [.. MemoryRows(), .. TunnelRows(), .. CodeSizes()]);
    }

    /// <summary>What is allocated after construction, in all that nodes do: nothing, if all is well.</summary>
    /// <returns>The places.</returns>
    public IReadOnlyList<AllocationSite> AllocationsAfterConstruction()
    {
        using ScenarioRun run = new(_file, Heap, 3);
        run.Machine.ClearCounters();
        RunWholeLife(run);
        using ScenarioRun sparse = new(_file, Heap, 0);
        Expect(sparse.BuildJoin(isSparse: true), "the part is loaded");
        sparse.Machine.ClearCounters();
        RunSparseLife(sparse);
        using TunnelRun tunnel = new(_file, Heap);
        tunnel.Machine.ClearCounters();
        tunnel.RunWholeLife();
        return
        [
            .. run.Machine.AllocationSites(), .. sparse.Machine.AllocationSites(), .. tunnel.Machine.AllocationSites(),
        ];
    }

    private static void RunSparseLife(ScenarioRun run)
    {
        run.RunFor(60_000);
        Expect(run.Version(1) == 1, "the second node has its part");
        Expect(run.SendPacket(), "a packet is taken");
        run.RunFor(5_000);
        Expect(run.Delivered(1) == 1, "the second node delivered the packet");
    }

    private static void RunWholeLife(ScenarioRun run)
    {
        Expect(run.Load(0, 1), "the network in version 1 is loaded");
        run.RunFor(30_000);
        Expect(run.Version(1) == 1, "the second member has version 1");
        Expect(run.Load(0, 2), "the network in version 2 is loaded");
        run.RunFor(30_000);
        Expect(run.Version(1) == 2 && run.Version(2) == 2, "all have version 2");
        Expect(run.SendPacket(), "a packet is taken");
        run.RunFor(130_000);
        Expect(run.SendPacket(), "a packet is taken after the session was renewed");
        run.RunFor(5_000);
        Expect(run.Delivered(1) == 2, "the second member delivered both packets");
    }

    private static void Expect(bool condition, string what)
    {
        if (!condition)
        {
            throw new ProgramException("bench", $"expected, and not so: {what}");
        }
    }

    private IEnumerable<BenchRow> Handshakes()
    {
        // Both have the network. Sessions come and go; a packet after idle time, in which ahead-of-need work is
        // done, starts a handshake.
        using ScenarioRun known = new(_file, Heap, 2);
        Expect(known.Load(0, 1) && known.Load(1, 1), "both have the network");
        (Spent Answer, Spent Up)? seen = null;
        for (int i = 0; i < 20 && seen is null; i++)
        {
            known.RunFor(150_000);
            Expect(known.SendPacket(), "a packet is taken");
            seen = known.Handshake(20_000);
        }

        (Spent answer, Spent up) = seen
            ?? throw new ProgramException("bench", "no handshake came about between members");
        yield return new BenchRow(
            "initiation from a known peer to response sent", answer.Instructions, answer.Cost, 3_100_000);
        yield return new BenchRow("response to session up, as initiator", up.Instructions, up.Cost, 3_100_000);

        // The second has no network, so it doesn't know the first one, who answers its hello.
        using ScenarioRun unknown = new(_file, Heap, 2);
        Expect(unknown.Load(0, 1), "the first has the network");
        (Spent guest, _) = unknown.Handshake(120_000)
            ?? throw new ProgramException("bench", "no handshake came about between strangers");
        yield return new BenchRow(
            "initiation from an unknown key to response sent", guest.Instructions, guest.Cost, 5_500_000);

        yield return Join("first join, from flash to a network of 64 entries applied", false);
        yield return Join("the same, to a part of a network of 100,000 entries", true);
        yield return LongestSlice();
        known.RunFor(2_000);
        int delivered = known.Delivered(1);
        known.Machine.Calls.Clear();
        Expect(known.SendPacket(), "a packet is taken");
        Spent sent = known.SpentByNode();
        yield return new BenchRow("1 KB inner packet, taken to sent", sent.Instructions, sent.Cost, 130_000);
        while (known.Delivered(1) == delivered)
        {
            Expect(known.Step(1_000) >= 0, "the packet is delivered");
        }

        yield return new BenchRow(
            "1 KB inner packet, received to delivered", known.LastSpent.Instructions, known.LastSpent.Cost, 130_000);
        Spent block = Transfer(isWide: true).Sent;
        yield return new BenchRow("TFTP block of 1,228 bytes, sent at window 4", block.Instructions, block.Cost, -1);
        block = Transfer(isWide: false).Received;
        yield return new BenchRow(
            "TFTP block of 1,228 bytes, received at window 3", block.Instructions, block.Cost, -1);
        yield return Status();
    }

    // All slots but one have peers, more than the file has room for.
    private BenchRow Status()
    {
        using ScenarioRun run = new(_file, Heap, 2);
        Expect(run.Load(0, 1) && run.Load(1, 1), "both have the network");
        Expect(run.AddPeers(7), "peers are taken");
        Spent? seen = null;
        for (int i = 0; i < 20 && seen is null; i++)
        {
            run.RunFor(10_000);
            seen = run.ReadStatus();
        }

        Spent block = seen ?? throw new ProgramException("bench", "the status was not read");
        return new BenchRow(
            "block of `status`, besides opening and sealing its packets", block.Instructions, block.Cost, 60_000);
    }

    private BenchRow Join(string name, bool isSparse)
    {
        using ScenarioRun run = new(_file, Heap, 0);
        Spent spent = run.Join(isSparse) ?? throw new ProgramException("bench", $"nobody joined: {name}");
        return new BenchRow(name, spent.Instructions, spent.Cost, 0);
    }

    // What a block takes on average in a file of 12 blocks, with sealing and opening, and with the acknowledgments.
    private (Spent Sent, Spent Received) Transfer(bool isWide)
    {
        const int blocks = 12;
        using ScenarioRun run = new(_file, Heap, isWide);
        Expect(run.Load(0, 1) && run.Load(1, 1), "both have the network");
        (Spent Sent, Spent Received)? seen = null;
        for (int i = 0; i < 20 && seen is null; i++)
        {
            run.RunFor(10_000);
            seen = run.Transfer();
        }

        (Spent sent, Spent received) = seen ?? throw new ProgramException("bench", "no file was transferred");
        return (
            new Spent(sent.Instructions / blocks, sent.Cost / blocks),
            new Spent(received.Instructions / blocks, received.Cost / blocks));
    }

    // Every kind of idle work comes up: secrets, keys and pairs, and the signature of a network that is pushed.
    private BenchRow LongestSlice()
    {
        using ScenarioRun run = new(_file, Heap, 2);
        Spent longest = default;
        Expect(run.Load(0, 1), "the network in version 1 is loaded");
        for (int version = 1; version <= 2; version++)
        {
            Expect(run.Load(0, version), "the network is loaded");
            while (run.Version(1) != version)
            {
                Expect(run.Step(60_000) >= 0, "the network spreads");
                Spent slice = run.SpentIn("Spore.Mesh.Node::Work");
                longest = slice.Instructions > longest.Instructions ? slice : longest;
            }
        }

        return new BenchRow("longest slice of idle work", longest.Instructions, longest.Cost, 375_000);
    }

    private IEnumerable<BenchRow> MemoryRows()
    {
        long node = MadeBy(ScenarioRun.Type, "BuildNode") - MadeBy(ScenarioRun.Type, "BuildSurroundings");
        yield return new BenchRow("a node with NodeLimits.Device, once made", node, 0, -1);
        long answering = MadeBy(ScenarioRun.Type, "BuildAnsweringNode") - MadeBy(ScenarioRun.Type, "BuildNode");
        yield return new BenchRow("what it takes to answer requests of 512 bytes, in no other row", answering, 0, -1);

        using ScenarioRun run = new(_file, Heap, 3);
        long data = run.Machine.AllocationSites()
            .Where(s => IsOurs(s.Method) && s.Method.EndsWith("::.cctor", StringComparison.Ordinal))
            .Sum(s => s.Bytes);
        yield return new BenchRow("static data", data, 0, -1);
        run.Machine.ClearCounters();
        run.Machine.WatchFrames(m => IsOurs(m.Name));
        long allocated = run.Machine.Memory.AllocatedBytes;
        RunWholeLife(run);
        allocated = run.Machine.Memory.AllocatedBytes - allocated;

        using ScenarioRun sparse = new(_file, Heap, 0);
        Expect(sparse.BuildJoin(isSparse: true), "the part is loaded");
        sparse.Machine.WatchFrames(m => IsOurs(m.Name));
        long before = sparse.Machine.Memory.AllocatedBytes;
        RunSparseLife(sparse);
        allocated += sparse.Machine.Memory.AllocatedBytes - before;
        long frames = Math.Max(run.Machine.WatchedFramePeak, sparse.Machine.WatchedFramePeak);
        yield return new BenchRow("stack frames, at the deepest", frames, 0, -1);
        yield return new BenchRow("peak of a node: all three", node + data + frames, 0, HeapWanted);
        yield return new BenchRow(
            "allocated after construction: packets, timers, handshakes, transfers, networks", allocated, 0, 0);
    }

    // The node's, not the tests' around it.
    private static bool IsOurs(string method) =>
        method.StartsWith("Spore.", StringComparison.Ordinal)
        && !method.StartsWith("Spore.Tests.", StringComparison.Ordinal);

    private IEnumerable<BenchRow> TunnelRows()
    {
        long tunnel = MadeBy(TunnelRun.Type, "BuildTunnel") - MadeBy(TunnelRun.Type, "BuildSurroundings");
        yield return new BenchRow("a plain tunnel with TunnelLimits.OnePeer and its peer, once made", tunnel, 0, -1);

        using TunnelRun run = new(_file, Heap);
        long data = run.Machine.AllocationSites()
            .Where(s => IsOurs(s.Method) && s.Method.EndsWith("::.cctor", StringComparison.Ordinal))
            .Sum(s => s.Bytes);
        yield return new BenchRow("its static data", data, 0, -1);
        run.Machine.ClearCounters();
        run.Machine.WatchFrames(m => IsOurs(m.Name));
        long allocated = run.Machine.Memory.AllocatedBytes;
        run.RunWholeLife();
        yield return new BenchRow("its stack frames, at the deepest", run.Machine.WatchedFramePeak, 0, -1);
        yield return new BenchRow(
            "peak of a plain tunnel: all three", tunnel + data + run.Machine.WatchedFramePeak, 0, TunnelWanted);
        yield return new BenchRow(
            "allocated after construction of a plain tunnel: packets, timers, handshakes",
            run.Machine.Memory.AllocatedBytes - allocated,
            0,
            0);
    }

    private int MadeBy(string type, string method)
    {
        using Machine machine = Load();
        int before = machine.Memory.MeasureLive();
        machine.Call(machine.Program.FindMethod($"{type}::{method}"));
        return machine.Memory.MeasureLive() - before;
    }

    private static long SizeOfCode(AssemblyDefinition assembly) =>
        assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).Sum(m => (long)m.Body.CodeSize);

    private IEnumerable<BenchRow> CodeSizes()
    {
        using DeviceProgram program = new([_file]);
        foreach (string name in _assemblies)
        {
            AssemblyDefinition assembly = program.Assemblies.FirstOrDefault(a => a.Name.Name == name)
                ?? throw new ProgramException(_file, $"does not refer to {name}");
            yield return new BenchRow($"{name}, IL", SizeOfCode(assembly), 0, 60 * 1024);
        }

        string firmware = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_file))!, "Spore.Firmware.dll");
        using (AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(firmware))
        {
            yield return new BenchRow("Spore.Firmware, IL", SizeOfCode(assembly), 0, 60 * 1024);
        }

        // Of which the metadata processor makes tables of its own, so that this is not what a board holds,
        // but grows as that does.
        foreach (string file in program.Assemblies.Where(a => _assemblies.Contains(a.Name.Name))
            .Select(a => a.MainModule.FileName)
            .Append(firmware))
        {
            using PEReader image = new(File.OpenRead(file));
            yield return new BenchRow(
                $"{Path.GetFileNameWithoutExtension(file)}, metadata", image.GetMetadata().Length, 0, -1);
        }
    }

    private Machine Load()
    {
        Machine machine = new(new DeviceProgram([_file]), Heap, TextWriter.Null);
        machine.Start();
        return machine;
    }
}
