using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;

namespace Spore.Fuzz;

/// <summary>
/// Copies of the core, instrumented by SharpFuzz, and of this assembly to run beside them. Everything else
/// is the same as outside.
/// </summary>
internal sealed class InstrumentedCore : AssemblyLoadContext
{
    private static readonly string[] _instrumented = ["Spore.Crypto", "Spore.WireGuard", "Spore.Mesh"];

    private readonly string _folder = Directory.CreateTempSubdirectory("fuzz-").FullName;

    public InstrumentedCore()
        : base("instrumented")
    {
        foreach (string name in _instrumented)
        {
            string copy = Path.Combine(_folder, name + ".dll");
            File.Copy(Path.Combine(AppContext.BaseDirectory, name + ".dll"), copy);
            _ = SharpFuzz.Fuzzer.Instrument(copy, _ => true, SharpFuzz.Options.Value).Count();
        }
    }

    /// <summary>Finds a method of this assembly's copy.</summary>
    /// <typeparam name="T">A delegate type that it fits.</typeparam>
    /// <param name="type">The type it is in.</param>
    /// <param name="name">Its name.</param>
    /// <returns>The method of the copy.</returns>
    public T Find<T>(Type type, string name)
        where T : Delegate
    {
        Assembly copy = LoadFromAssemblyName(type.Assembly.GetName());
        return copy.GetType(type.FullName!, throwOnError: true)!
            .GetMethod(name, BindingFlags.Public | BindingFlags.Static)!
            .CreateDelegate<T>();
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string name = assemblyName.Name!;
        return name == typeof(InstrumentedCore).Assembly.GetName().Name
            ? LoadFromAssemblyPath(typeof(InstrumentedCore).Assembly.Location)
            : _instrumented.Contains(name) ? Read(name)
            : null;
    }

    // From memory, so that the copies can be deleted.
    private Assembly Read(string name)
    {
        string copy = Path.Combine(_folder, name + ".dll");
        using MemoryStream bytes = new(File.ReadAllBytes(copy));
        File.Delete(copy);
        if (!Directory.EnumerateFiles(_folder).Any())
        {
            Directory.Delete(_folder);
        }

        return LoadFromStream(bytes);
    }
}
