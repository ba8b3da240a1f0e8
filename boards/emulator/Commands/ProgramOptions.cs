using System.CommandLine;
using System.IO;
using Mono.Cecil;

namespace Spore.Emulator;

/// <summary>What a command needs to load a program: its files, its first method, and a heap.</summary>
internal sealed class ProgramOptions
{
    /// <summary>A heap such as an ESP32 without external memory has.</summary>
    public const int DefaultHeap = 100;

    /// <summary>The assemblies.</summary>
    public Argument<string[]> Files { get; } = new("FILE")
    {
        Description = "Compiled device code; the last one has Main. What they refer to is looked for beside them.",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>The size of the heap.</summary>
    public Option<int> Heap { get; } = HeapOption();

    /// <summary>Where to start.</summary>
    public Option<string?> Entry { get; } = new("--entry")
    {
        Description = "The static method to call instead of Main: full name of its type, '::' and its name.",
        HelpName = "METHOD",
    };

    /// <summary>When to stop.</summary>
    public Option<long> Limit { get; } = new("--limit")
    {
        Description = "Stop after so many IL instructions.",
        HelpName = "N",
        DefaultValueFactory = _ => long.MaxValue,
    };

    /// <summary>Whether to write JSON.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Write the figures as JSON." };

    /// <summary>The option for the size of the heap.</summary>
    /// <returns>The option.</returns>
    public static Option<int> HeapOption()
    {
        Option<int> heap = new("--heap")
        {
            Description = "Managed heap in KB.",
            HelpName = "KB",
            DefaultValueFactory = _ => DefaultHeap,
        };
        heap.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 64 * 1024)
            {
                result.AddError("--heap must be 1 to 65536");
            }
        });
        return heap;
    }

    /// <summary>What is around the device.</summary>
    public SurroundingsOptions Surroundings { get; } = new();

    /// <summary>Adds all of them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        Limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < 1)
            {
                result.AddError("--limit must be 1 or more");
            }
        });
        command.Add(Files);
        command.Add(Heap);
        command.Add(Entry);
        command.Add(Limit);
        command.Add(Json);
        Surroundings.AddTo(command);
    }

    /// <summary>Loads the program into a device that is off.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="output">Where what it prints goes.</param>
    /// <returns>The device.</returns>
    /// <exception cref="ProgramException">The program can't be run.</exception>
    public Device Load(ParseResult result, TextWriter output)
    {
        string[] files = result.GetRequiredValue(Files);
        DeviceProgram program = new(files);
        Surroundings.WriteRecords(result, program);
        MethodDefinition? main = program.Assemblies[^1].EntryPoint;
        DeviceMethod start = result.GetValue(Entry) is string entry ? program.FindMethod(entry)
            : main is not null ? program.MethodOf(main)
            : throw new ProgramException(files[^1], "has no Main");
        if (!start.Definition.IsStatic || start.ArgumentCount > 1)
        {
            throw new ProgramException(start.Name, "is not a static method without arguments");
        }

        return new Device(program, start, result.GetValue(Heap) * 1024, output, Surroundings.Make(result))
        {
            InstructionLimit = result.GetValue(Limit),
        };
    }

    /// <summary>Runs the program to its end, or for the time that is given.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="device">The device.</param>
    /// <returns>Why it stopped.</returns>
    /// <exception cref="UnhandledException">A thread threw.</exception>
    /// <exception cref="ProgramException">The program does what the device or the emulator can't.</exception>
    public RunState Run(ParseResult result, Device device)
    {
        RunState state = device.RunFor(result.GetValue(Surroundings.For));
        return device.Failures.Count > 0 ? throw device.Failures[0] : state;
    }
}
