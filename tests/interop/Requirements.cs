using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// What these tests need of the machine. Where it is missing they skip, or fail when SPORE_REQUIRE_INTEROP is 1.
/// </summary>
internal static class Requirements
{
    private static readonly Lazy<string?> _noNamespaces = new(TryNamespace);

    /// <summary>Skips the test, or fails it, where the machine lacks something.</summary>
    /// <param name="programs">The programs needed beyond those that all tests need.</param>
    public static void Demand(IEnumerable<string> programs)
    {
        string? missing = Missing(programs);
        if (missing == null)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("SPORE_REQUIRE_INTEROP") == "1")
        {
            Assert.Fail($"{missing}, and SPORE_REQUIRE_INTEROP=1 makes that a failure");
        }

        Assert.Skip(missing);
    }

    /// <summary>Finds a program in the folders of PATH.</summary>
    /// <param name="program">Its name.</param>
    /// <returns>Its path, or null.</returns>
    public static string? Find(string program)
    {
        string path = Environment.GetEnvironmentVariable("PATH") ?? string.Empty;
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
    }

    private static string? Missing(IEnumerable<string> programs)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "needs Linux";
        }

        if (!Environment.IsPrivilegedProcess)
        {
            return "needs root, for network namespaces";
        }

        string[] needed = ["ip", "ping", "wg", "wireguard-go", .. programs];
        string[] absent = [.. needed.Where(p => Find(p) == null)];
        if (absent.Length > 0)
        {
            return $"needs {string.Join(", ", absent)}, which .ci/run installs";
        }

        if (!File.Exists("/dev/net/tun"))
        {
            return "needs /dev/net/tun";
        }

        return _noNamespaces.Value;
    }

    private static string? TryNamespace()
    {
        try
        {
            NetworkNamespace.RemoveStale();
            using NetworkNamespace spare = new("probe", new Journal());
            spare.Run("true").Demand();
            return null;
        }
        catch (InvalidOperationException exception)
        {
            return $"needs network namespaces ({exception.Message})";
        }
    }
}
