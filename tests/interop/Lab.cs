using System.Collections.Generic;
using System.IO;
using System.Text;
using System;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// A few machines on one wire, for one test. Disposing of it ends and removes everything, and hands the journal
/// to the test's output.
/// </summary>
internal sealed class Lab : IDisposable
{
    private readonly Journal _journal = new();
    private readonly List<IDisposable> _parts = [];

    private Lab()
    {
        Folder = Directory.CreateTempSubdirectory("spore-").FullName;
    }

    /// <summary>A folder for files, which goes with the lab.</summary>
    public string Folder { get; }

    /// <summary>Makes a lab, or skips the test where that is not possible.</summary>
    /// <param name="programs">The programs needed beyond those that all tests need.</param>
    /// <returns>The lab.</returns>
    public static Lab Open(params string[] programs)
    {
        Requirements.Demand(programs);
        return new Lab();
    }

    /// <summary>Makes a machine that is on no wire yet.</summary>
    /// <param name="label">What it is called in the journal.</param>
    /// <returns>The machine.</returns>
    public NetworkNamespace Machine(string label)
    {
        return Keep(new NetworkNamespace(label, _journal));
    }

    /// <summary>Makes something a part of the lab, to be ended with it; the latest part is ended first.</summary>
    /// <typeparam name="T">What it is.</typeparam>
    /// <param name="part">The part.</param>
    /// <returns>The part.</returns>
    public T Keep<T>(T part)
        where T : IDisposable
    {
        _parts.Add(part);
        return part;
    }

    /// <summary>
    /// Writes a file into the lab's folder, for its owner alone, since programs warn of other secrets.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">What it holds.</param>
    /// <returns>Its path.</returns>
    public string File(string name, ReadOnlySpan<byte> bytes)
    {
        string path = Path.Combine(Folder, name);
        System.IO.File.WriteAllBytes(path, bytes);
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    /// <summary>Makes a preshared key with <c>wg</c>.</summary>
    /// <param name="name">The name of its file.</param>
    /// <returns>The file's path.</returns>
    public string NewPresharedKey(string name)
    {
        return File(name, Encoding.ASCII.GetBytes(Command.Run(["wg", "genpsk"]).Demand()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _parts.Count - 1; i >= 0; i--)
        {
            _parts[i].Dispose();
        }

        Directory.Delete(Folder, true);
        TestContext.Current.TestOutputHelper?.Write(_journal.ToString());
    }
}
