using System;
using System.IO;

namespace Spore.Emulator;

/// <summary>The scenario of the device tests with two plain tunnels, moved on from outside.</summary>
internal sealed class TunnelRun : IDisposable
{
    /// <summary>The device's class that it calls.</summary>
    public const string Type = "Spore.Tests.Device.TunnelScenario";

    /// <summary>Makes the tunnels.</summary>
    /// <param name="file">The assembly of the device tests.</param>
    /// <param name="heap">Bytes of heap.</param>
    public TunnelRun(string file, int heap)
    {
        Machine = new Machine(new DeviceProgram([file]), heap, TextWriter.Null);
        Machine.Start();
        Call("Build");
    }

    /// <summary>The device that both are on.</summary>
    public Machine Machine { get; }

    /// <summary>Sends packets while sessions come up, are renewed, and end.</summary>
    /// <exception cref="ProgramException">Something did not happen that should.</exception>
    public void RunWholeLife()
    {
        Call("Run", Machine.Int(5_000));
        Expect(Call("HaveSession").I4 != 0, "the tunnels have a session");
        for (int i = 1; i <= 3; i++)
        {
            Expect(Call("SendPacket").I4 != 0, "a packet is taken by the tunnel");
            Call("Run", Machine.Int(130_000));
            Expect(Call("Received").I4 == i, "the other tunnel received it");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Machine.Dispose();
        Machine.Program.Dispose();
    }

    private static void Expect(bool condition, string what)
    {
        if (!condition)
        {
            throw new ProgramException("bench", $"expected, and not so: {what}");
        }
    }

    private HeapBlock Call(string method, params ReadOnlySpan<HeapBlock> arguments) =>
        Machine.Call(Machine.Program.FindMethod($"{Type}::{method}"), arguments);
}
