using System;
using System.Globalization;
using System.IO;

namespace Spore.Tests.Interop;

/// <summary>A file system in memory, which is full soon.</summary>
internal sealed class Tmpfs : IDisposable
{
    /// <summary>Mounts it. Programs that are started later see it.</summary>
    /// <param name="path">Where; the folder is created.</param>
    /// <param name="size">Its size in bytes.</param>
    public Tmpfs(string path, int size)
    {
        Path = Directory.CreateDirectory(path).FullName;
        string options = string.Create(CultureInfo.InvariantCulture, $"size={size}");
        Command.Run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", Path]).Demand();
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Command.Run(["umount", "-l", Path]);
    }
}
