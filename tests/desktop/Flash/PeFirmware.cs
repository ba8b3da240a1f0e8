using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using Spore.SignedNetwork;

namespace Spore.Tests.Flash;

/// <summary>A firmware of made assemblies, with the names and versions of the real one.</summary>
internal static class PeFirmware
{
    public static readonly byte[] EmptyIdentity =
        [.. Encoding.ASCII.GetBytes("SPOREID1"), .. new byte[IdentityRecord.Size - 8]];
    public static readonly byte[] EmptyRendezvous = [.. Encoding.ASCII.GetBytes("SPORERV1"), .. new byte[64]];

    /// <summary>The files, in an order that no program could be loaded in.</summary>
    public static Dictionary<string, byte[]> Files() => new()
    {
        ["Spore.Firmware.pe"] = Program().Build(),
        ["Spore.Mesh.pe"] = new PeBuilder("Spore.Mesh").Refers("Spore.Crypto")
            .Refers("mscorlib", "1.17.11.0")
            .Holds([.. Encoding.ASCII.GetBytes("SPOREID1")])
            .Build(),
        ["Spore.Crypto.pe"] = new PeBuilder("Spore.Crypto").Refers("mscorlib", "1.17.11.0")
            .Holds(new byte[100])
            .EndsIn(1, 2)
            .Build(),
        ["System.Net.pe"] = new PeBuilder("System.Net", "1.11.54.0").Refers("System.Threading", "1.1.52.0")
            .Refers("mscorlib", "1.17.10.0")
            .Build(),
        ["System.Threading.pe"] = new PeBuilder("System.Threading", "1.1.52.34401").Refers(
            "mscorlib", "1.17.11.0").Build(),
        ["mscorlib.pe"] = new PeBuilder("mscorlib", "1.17.11.0").Build(),
    };

    /// <summary>The program in it.</summary>
    public static PeBuilder Program() => new PeBuilder("Spore.Firmware")
        .Refers("System.Net", "1.11.54.0")
        .Refers("Spore.Mesh")
        .Refers("mscorlib", "1.17.11.0")
        .Refers("Spore.Crypto")
        .Holds(EmptyRendezvous)
        .Holds(1, 2, 3)
        .Holds(EmptyIdentity)
        .HasMain();

    /// <summary>Writes files into a folder, which is made.</summary>
    public static string WriteFolder(string path, Dictionary<string, byte[]> files)
    {
        Directory.CreateDirectory(path);
        foreach ((string name, byte[] bytes) in files)
        {
            File.WriteAllBytes(Path.Combine(path, name), bytes);
        }

        return path;
    }

    /// <summary>Writes files into a ZIP file, under a folder of it.</summary>
    public static string WriteZip(string path, Dictionary<string, byte[]> files)
    {
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach ((string name, byte[] bytes) in files)
        {
            using Stream stream = archive.CreateEntry($"Release/{name}").Open();
            stream.Write(bytes);
        }

        return path;
    }
}
