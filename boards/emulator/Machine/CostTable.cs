using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>
/// Native instructions that the device's interpreter takes for each IL instruction, from <c>costs.json</c>.
/// </summary>
internal sealed class CostTable
{
    private readonly int[] _opcodes = new int[Opcodes.Count];

    /// <summary>Reads the table that is part of the emulator.</summary>
    /// <exception cref="InvalidOperationException">An opcode has no entry, or an entry no opcode.</exception>
    public CostTable()
    {
        using Stream stream = typeof(CostTable).Assembly.GetManifestResourceStream("costs.json")
            ?? throw new InvalidOperationException("costs.json is not in the assembly");
        using JsonDocument document = JsonDocument.Parse(stream);
        JsonElement root = document.RootElement;
        Dictionary<string, int> byName = [];
        for (int i = 0; i < Opcodes.Count; i++)
        {
            byName[Opcodes.NameOf(i)] = i;
        }

        foreach (JsonProperty group in root.GetProperty("opcodes").EnumerateObject())
        {
            int cost = group.Value.GetProperty("native").GetInt32();
            foreach (JsonElement name in group.Value.GetProperty("of").EnumerateArray())
            {
                _opcodes[byName[name.GetString()!]] = cost;
            }
        }

        JsonElement calls = root.GetProperty("calls");
        InlineCall = calls.GetProperty("inline").GetInt32();
        FullCall = calls.GetProperty("full").GetInt32();
        NativeCall = calls.GetProperty("native").GetInt32();
        VirtualCall = calls.GetProperty("virtual").GetInt32();
        InterfaceCall = calls.GetProperty("interface").GetInt32();
        PerLocal = calls.GetProperty("perLocal").GetInt32();
        JsonElement memory = root.GetProperty("memory");
        CopyPerByte = memory.GetProperty("copyPerByte").GetDouble();
        ClearPerByte = memory.GetProperty("clearPerByte").GetDouble();
        Allocation = memory.GetProperty("allocation").GetInt32();
        AllocationPerByte = memory.GetProperty("allocationPerByte").GetDouble();
        FrameworkInstruction = root.GetProperty("frameworkInstruction").GetInt32();
    }

    /// <summary>A call that runs within the frame of its caller, with its return.</summary>
    public int InlineCall { get; }

    /// <summary>A call that takes a frame of its own, with its return.</summary>
    public int FullCall { get; }

    /// <summary>A call of a method that is native on the device.</summary>
    public int NativeCall { get; }

    /// <summary>What finding the method adds to a virtual call.</summary>
    public int VirtualCall { get; }

    /// <summary>What finding the method adds to a call through an interface.</summary>
    public int InterfaceCall { get; }

    /// <summary>What each local adds to a call.</summary>
    public int PerLocal { get; }

    /// <summary>What each byte adds to <c>Array.Copy</c>.</summary>
    public double CopyPerByte { get; }

    /// <summary>What each byte adds to <c>Array.Clear</c>.</summary>
    public double ClearPerByte { get; }

    /// <summary>Taking memory for an object.</summary>
    public int Allocation { get; }

    /// <summary>What each byte of it adds.</summary>
    public double AllocationPerByte { get; }

    /// <summary>An instruction of the framework's own code, on average.</summary>
    public int FrameworkInstruction { get; }

    /// <summary>The cost of an opcode, apart from what it calls or allocates.</summary>
    /// <param name="code">The opcode.</param>
    /// <returns>Native instructions.</returns>
    public int Of(Code code) => _opcodes[(int)code];
}
