using System.Text.Json;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Runs <c>hostsim why</c> on a machine of a mesh.</summary>
internal static class Why
{
    /// <summary>Demands that it finds a cause.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="number">The number of the machine.</param>
    /// <param name="whom">The peer.</param>
    /// <param name="cause">The cause.</param>
    /// <returns>The cause in one sentence.</returns>
    public static string Expect(Mesh mesh, int number, string whom, string cause)
    {
        using JsonDocument json = Ask(mesh, number, whom);
        string text = json.RootElement.GetRawText();
        Assert.True(cause == json.RootElement.GetProperty("cause").GetString(), $"not {cause}: {text}");
        return json.RootElement.GetProperty("sentence").GetString()!;
    }

    /// <summary>Runs it.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="number">The number of the machine.</param>
    /// <param name="whom">The peer.</param>
    /// <returns>What it has found.</returns>
    public static JsonDocument Ask(Mesh mesh, int number, string whom)
    {
        Command command = mesh.Run(number, "why", whom, "--json");
        Assert.Empty(command.Error);
        JsonDocument json = JsonDocument.Parse(command.Output);
        bool isWell = json.RootElement.GetProperty("cause").GetString() is "none" or "self";
        Assert.Equal(isWell ? 0 : 1, command.ExitCode);
        return json;
    }

    /// <summary>Lets a machine drop datagrams.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="hook"><c>input</c> or <c>output</c>.</param>
    /// <param name="which">Which, in nft's words.</param>
    public static void Drop(NetworkNamespace machine, string hook, string which) => machine.Nft($$"""
        table inet spore {
          chain {{hook}} {
            type filter hook {{hook}} priority filter
            {{which}} counter drop
          }
        }

        """);
}
