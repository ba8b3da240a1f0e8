using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>The emulator's command line.</summary>
public class CommandTests
{
    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = EmulatorCommand.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }

    [Fact]
    public void RunShowsTheProgramsOutputAndWhatItTook()
    {
        (int code, string output, string error) = Run("run", DeviceCode.Tests, "--heap", "400");
        Assert.Equal("", error);
        Assert.Equal(0, code);
        Assert.Contains("all passed", output);
        Assert.Contains("IL instructions", output);
    }

    [Fact]
    public void RunWritesJson()
    {
        (int code, string output, _) = Run("run", DeviceCode.Tests, "--heap", "400", "--json");
        Assert.Equal(0, code);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.True(json.RootElement.GetProperty("ilInstructions").GetInt64() > 1_000_000);
        Assert.Contains("all passed", json.RootElement.GetProperty("output").GetString());
    }

    [Fact]
    public void RunTellsWhatBecameOfAProgramThatPrintsNothing()
    {
        using SmallProgram program = new(
            "static class P { static void Main() { System.Threading.Thread.Sleep(5000); } }");
        (int code, string output, string error) = Run("run", program.File, "--for", "2");
        Assert.Equal("", error);
        Assert.Equal(0, code);
        Assert.Contains(
            "emulator: still runs, after 2.00 s of the device's time and 1 boot; it has printed nothing", output);
        (_, output, _) = Run("run", program.File, "--json");
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal("Ended", json.RootElement.GetProperty("state").GetString());
        Assert.Equal(5, json.RootElement.GetProperty("deviceSeconds").GetDouble(), 0.1);
    }

    [Fact]
    public void ProfileNamesMethodsOpcodesAndPlacesAndDrawsAFlameGraph()
    {
        string file = Path.GetTempFileName();
        try
        {
            (int code, string output, string error) = Run(
                "profile",
                DeviceCode.Tests,
                "--heap",
                "400",
                "--entry",
                "Spore.Tests.Device.Scenario::BuildNode",
                "--speedscope",
                file,
                "--json");
            Assert.Equal("", error);
            Assert.Equal(0, code);
            using JsonDocument json = JsonDocument.Parse(output);
            JsonElement root = json.RootElement;
            Assert.Contains(
                root.GetProperty("methods").EnumerateArray(),
                m => m.GetProperty("method").GetString() == "Spore.Mesh.Node::.ctor");
            Assert.Contains(
                root.GetProperty("allocations").EnumerateArray(),
                a => a.GetProperty("file").GetString()!.EndsWith("Node.cs", StringComparison.Ordinal));
            Assert.Equal(
                root.GetProperty("ilInstructions").GetInt64(),
                root.GetProperty("methods").EnumerateArray().Sum(m => m.GetProperty("ilInstructions").GetInt64()));

            using JsonDocument graph = JsonDocument.Parse(File.ReadAllText(file));
            JsonElement profile = graph.RootElement.GetProperty("profiles")[0];
            Assert.Equal("sampled", profile.GetProperty("type").GetString());
            Assert.Equal(
                profile.GetProperty("samples").GetArrayLength(), profile.GetProperty("weights").GetArrayLength());
            Assert.Equal(root.GetProperty("nativeInstructions").GetInt64(), profile.GetProperty("endValue").GetInt64());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(2, "no command was given")]
    [InlineData(2, "'fly' is not a command", "fly")]
    [InlineData(2, "Required argument", "run")]
    [InlineData(2, "--heap must be 1 to 65536", "run", "x.dll", "--heap", "0")]
    [InlineData(1, "none.dll: there is no such file", "run", "none.dll")]
    [InlineData(1, "has no Main", "run", "FOLDER/Spore.Mesh.dll")]
    [InlineData(1, "there is no such method", "run", "TESTS", "--entry", "No.Such::Method")]
    [InlineData(
        1,
        "is not a static method",
        "run",
        "TESTS",
        "--entry",
        "Spore.Tests.Device.PrimitiveTests::PowerOnSelfTestPasses")]
    [InlineData(1, "limit: 1000 IL instructions have run", "run", "TESTS", "--limit", "1000")]
    [InlineData(1, "heap: too small for the program's static fields", "run", "TESTS", "--heap", "1")]
    [InlineData(1, "OutOfMemoryException", "run", "TESTS", "--heap", "2")]
    [InlineData(1, "can't be read as an assembly", "run", "FOLDER/Spore.Mesh.pdb")]
    [InlineData(1, "the program has 3 arrays for it", "run", "TESTS", "--identity", "IDENTITY")]
    [InlineData(1, "the program has no array for it", "run", "FOLDER/Spore.Mesh.dll", "--identity", "IDENTITY")]
    [InlineData(1, "has 3 bytes, and a record has 84", "run", "TESTS", "--identity", "SHORT")]
    [InlineData(1, "none.id: can't be read", "run", "TESTS", "--identity", "none.id")]
    [InlineData(1, "the program has no array for it", "run", "TESTS", "--rendezvous", "gate.example:51820")]
    [InlineData(2, "--listen needs --real-time", "run", "TESTS", "--listen", "127.0.0.1:5000")]
    [InlineData(
        2, "'5000' is not host:port, address:port or [IPv6]:port",
        "run", "TESTS", "--real-time", "--listen", "5000")]
    [InlineData(2, "--speed must be", "run", "TESTS", "--speed", "0")]
    [InlineData(2, "--for must be", "run", "TESTS", "--for", "0")]
    [InlineData(
        1, "OutOfMemoryException", "run", "TESTS", "--heap", "30", "--entry", "Spore.Tests.Device.Scenario::BuildNode")]
    public void WhatIsWrongIsToldInOneLine(int expected, string told, params string[] args)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("spore-");
        File.WriteAllBytes(Path.Combine(folder.FullName, "IDENTITY"), new byte[84]);
        File.WriteAllBytes(Path.Combine(folder.FullName, "SHORT"), new byte[3]);
        string[] given = [.. args.Select(a => a is "IDENTITY" or "SHORT" ? Path.Combine(folder.FullName, a)
            : a.Replace("FOLDER", DeviceCode.Folder).Replace("TESTS", DeviceCode.Tests))];
        (int code, _, string error) = Run(given);
        folder.Delete(true);
        Assert.Equal(expected, code);
        Assert.Contains(told, error);
        Assert.StartsWith("emulator: ", error);
        Assert.DoesNotContain("   at Spore.Emulator", error);
    }
}
