using System;
using System.IO;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim get</c>, <c>put</c> and <c>ask</c> on a machine.</summary>
/// <param name="lab">The lab.</param>
/// <param name="machine">The machine.</param>
/// <param name="options">Options of each command.</param>
internal sealed class HostsimFiles(Lab lab, NetworkNamespace machine, params string[] options)
{
    /// <summary>Reads a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">What was read.</param>
    /// <param name="more">More options.</param>
    /// <returns>How the command ended.</returns>
    public Command Get(string name, out byte[] bytes, params string[] more)
    {
        string path = Path.Combine(lab.Folder, "got");
        File.Delete(path);
        Command command = Run(["get", name, path, .. more]);
        bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        return command;
    }

    /// <summary>Writes a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">What it is to hold.</param>
    /// <param name="more">More options.</param>
    /// <returns>How the command ended.</returns>
    public Command Put(string name, byte[] bytes, params string[] more)
    {
        return Run(["put", name, lab.File("put", bytes), .. more]);
    }

    /// <summary>Runs a command.</summary>
    /// <param name="arguments">The command and its arguments.</param>
    /// <returns>How it ended.</returns>
    public Command Run(params string[] arguments)
    {
        return machine.Run(
            [SporeNode.Dotnet(), Path.Combine(AppContext.BaseDirectory, "hostsim.dll"), .. arguments, .. options]);
    }
}
