using System;
using System.IO;
using Spore.Signing;

namespace Spore.Tests.Interop;

/// <summary>The firmware, as compiled for the device, in the emulator at real pace: a board on a machine of its own.</summary>
internal sealed class BoardNode
{
    /// <summary>Powers a board.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="machine">The machine it is on.</param>
    /// <param name="identity">Its identity, as in its flash.</param>
    public BoardNode(Lab lab, NetworkNamespace machine, NodeIdentity identity)
    {
        string output = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        string configuration = Directory.GetParent(output)!.Name;
        string root = Path.GetFullPath(Path.Combine(output, "..", "..", "..", "..", "..", ".."));
        Program = lab.Keep(machine.Start(
        [
            SporeNode.Dotnet(),
            Path.Combine(root, "boards", "emulator", "bin", "desktop", configuration, Path.GetFileName(output), "emulator.dll"),
            "run",
            Path.Combine(root, "firmware", "Spore.Firmware", "bin", "device", configuration, "netstandard2.0", "Spore.Firmware.dll"),
            "--identity",
            lab.File($"{machine.Name}.id", identity.Record),
            "--real-time",
        ]));
        Program.Prefer();
        Program.WaitFor($"node {KeyText.Format(identity.PublicKey)}");
    }

    /// <summary>The running emulator; what it writes is the board's serial log.</summary>
    public RunningProgram Program { get; }
}
