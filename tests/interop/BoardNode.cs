using System;
using System.IO;
using Spore.Signing;

namespace Spore.Tests.Interop;

/// <summary>
/// The firmware, as compiled for the device, in the emulator at real pace: a board on a machine of its own.
/// </summary>
internal sealed class BoardNode
{
    // As in ROOT/tests/interop/bin/desktop/CONFIGURATION/FRAMEWORK/, from where the tests run.
    private static readonly string _output = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
    private static readonly string _configuration = Directory.GetParent(_output)!.Name;
    private static readonly string _root = Path.GetFullPath(Path.Combine(_output, "..", "..", "..", "..", "..", ".."));

    /// <summary>Powers a board.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="machine">The machine it is on.</param>
    /// <param name="identity">Its identity, as in its flash.</param>
    public BoardNode(Lab lab, NetworkNamespace machine, NodeIdentity identity)
    {
        Program = lab.Keep(machine.Start(
        [
            SporeNode.Dotnet(),
            Emulator,
            "run",
            Firmware("Spore.Firmware", "Spore.Firmware.dll"),
            "--identity",
            lab.File($"{machine.Name}.id", identity.Record),
            "--real-time",
        ]));
        Program.Prefer();
        Program.WaitFor($"node {KeyText.Format(identity.PublicKey)}");
    }

    /// <summary>The running emulator; what it writes is the board's serial log.</summary>
    public RunningProgram Program { get; }

    /// <summary>The emulator's program.</summary>
    public static string Emulator =>
        Path.Combine(
            _root, "boards", "emulator", "bin", "desktop", _configuration, Path.GetFileName(_output), "emulator.dll");

    /// <summary>A program as compiled for the device.</summary>
    /// <param name="project">Its folder in <c>firmware</c>.</param>
    /// <param name="file">The file's name.</param>
    /// <returns>The file.</returns>
    public static string Firmware(string project, string file) =>
        Path.Combine(_root, "firmware", project, "bin", "device", _configuration, "netstandard2.0", file);
}
