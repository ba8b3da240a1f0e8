using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace Spore.Emulator;

/// <summary>
/// A profile in the file format of speedscope (speedscope.app/file-format-schema.json): a flame graph
/// by native instructions.
/// </summary>
internal static class Speedscope
{
    /// <summary>Writes the calls of a device since its counters were cleared.</summary>
    /// <param name="machine">The device.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ProgramException">The file can't be written.</exception>
    public static void Write(Machine machine, string path)
    {
        try
        {
            using FileStream stream = File.Create(path);
            using Utf8JsonWriter json = new(stream);
            Write(machine, json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProgramException(path, $"can't be written ({e.Message})");
        }
    }

    private static void Write(Machine machine, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("$schema", "https://www.speedscope.app/file-format-schema.json");
        json.WriteString("exporter", "spore emulator");
        json.WriteNumber("activeProfileIndex", 0);
        json.WriteStartObject("shared");
        json.WriteStartArray("frames");
        foreach (DeviceMethod method in machine.Program.Methods)
        {
            json.WriteStartObject();
            json.WriteString("name", method.Name);
            if (method.LineOf(0) is { } line)
            {
                json.WriteString("file", Path.GetFileName(line.File));
                json.WriteNumber("line", line.Line);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("profiles");
        WriteProfile(machine, json, "native instructions", node => node.Cost);
        WriteProfile(machine, json, "IL instructions", node => node.Instructions);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteProfile(
        Machine machine, Utf8JsonWriter json, string name, Func<CallTree.Node, long> weightOf)
    {
        ReadOnlySpan<CallTree.Node> nodes = machine.Calls.Nodes;
        long total = 0;
        json.WriteStartObject();
        json.WriteString("type", "sampled");
        json.WriteString("name", name);
        json.WriteString("unit", "none");
        json.WriteStartArray("samples");
        Stack<int> chain = new();
        for (int i = 1; i < nodes.Length; i++)
        {
            for (int at = i; at != 0; at = nodes[at].Parent)
            {
                chain.Push(nodes[at].Method);
            }

            json.WriteStartArray();
            while (chain.TryPop(out int method))
            {
                json.WriteNumberValue(method);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("weights");
        for (int i = 1; i < nodes.Length; i++)
        {
            json.WriteNumberValue(weightOf(nodes[i]));
            total += weightOf(nodes[i]);
        }

        json.WriteEndArray();
        json.WriteNumber("startValue", 0);
        json.WriteNumber("endValue", total);
        json.WriteEndObject();
    }
}
