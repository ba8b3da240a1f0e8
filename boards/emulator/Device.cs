using System;
using System.Collections.Generic;
using System.IO;

namespace Spore.Emulator;

/// <summary>
/// A device with a program in its flash: what is left of it when it reboots is the program, and what is around it.
/// </summary>
internal sealed class Device : IDisposable
{
    private readonly DeviceMethod _main;
    private readonly int _heapBytes;
    private readonly TextWriter _output;
    private readonly List<UnhandledException> _failures = [];

    /// <summary>Makes a device that is off.</summary>
    /// <param name="program">The program; the device's from now on.</param>
    /// <param name="main">Its first method.</param>
    /// <param name="heapBytes">The size of its heap.</param>
    /// <param name="output">Where what it prints goes.</param>
    /// <param name="surroundings">What is around it.</param>
    public Device(DeviceProgram program, DeviceMethod main, int heapBytes, TextWriter output, Surroundings surroundings)
    {
        Program = program;
        _main = main;
        _heapBytes = heapBytes;
        _output = output;
        Surroundings = surroundings;
        Machine = new Machine(program, heapBytes, output, surroundings);
    }

    /// <summary>Its program.</summary>
    public DeviceProgram Program { get; }

    /// <summary>What is around it.</summary>
    public Surroundings Surroundings { get; }

    /// <summary>The device since it was last started.</summary>
    public Machine Machine { get; private set; }

    /// <summary>How often it was started.</summary>
    public int Boots { get; private set; }

    /// <summary>Stops the program after so many IL instructions in one boot.</summary>
    public long InstructionLimit { get; set; } = long.MaxValue;

    /// <summary>What threads threw and didn't catch, in all boots.</summary>
    public IReadOnlyList<UnhandledException> Failures => [.. _failures, .. Machine.Failures];

    /// <summary>Runs until a time, through reboots.</summary>
    /// <param name="microseconds">The time.</param>
    /// <returns>Why it stopped.</returns>
    /// <exception cref="UnhandledException">A static constructor throws.</exception>
    /// <exception cref="ProgramException">The program does what the device or the emulator can't.</exception>
    public RunState RunUntil(long microseconds)
    {
        if (Boots == 0)
        {
            Boot();
        }

        while (true)
        {
            RunState state = Machine.RunUntil(microseconds);
            if (state != RunState.Rebooted)
            {
                return state;
            }

            PowerCycle();
        }
    }

    /// <summary>Runs for some time.</summary>
    /// <param name="seconds">How long.</param>
    /// <returns>Why it stopped.</returns>
    public RunState RunFor(double seconds) => RunUntil(Surroundings.Clock.Now + (long)(seconds * 1e6));

    /// <summary>Takes the power away and gives it back.</summary>
    public void PowerCycle()
    {
        _failures.AddRange(Machine.Failures);
        Machine.Dispose();
        Machine = new Machine(Program, _heapBytes, _output, Surroundings);
        Boot();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Machine.Dispose();
        Program.Dispose();
        Surroundings.Dispose();
    }

    private void Boot()
    {
        Boots++;
        Machine.InstructionLimit = InstructionLimit;
        Machine.Boot(_main);
    }
}
