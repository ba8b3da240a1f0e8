using System;
using System.Collections.Generic;

namespace Spore.Fuzz;

/// <summary>
/// An input: the state to begin in, and operations one after the other. As bytes: the number of the state, then each
/// operation after its length, big-endian in two bytes.
/// </summary>
internal sealed class Input(byte state, List<byte[]> operations)
{
    public const int MostOperations = 24;
    public const int MostBytes = 1_600;

    public byte State { get; set; } = state;

    public List<byte[]> Operations { get; } = operations;

    /// <summary>How long it took when it was run.</summary>
    public TimeSpan Took { get; set; }

    /// <summary>Reads an input; whatever the bytes, there is one.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The input.</returns>
    public static Input Parse(ReadOnlySpan<byte> bytes)
    {
        List<byte[]> operations = [];
        for (int at = 1; at + 2 <= bytes.Length && operations.Count < MostOperations;)
        {
            int length = Math.Min((bytes[at] << 8) | bytes[at + 1], Math.Min(MostBytes, bytes.Length - at - 2));
            operations.Add(bytes.Slice(at + 2, length).ToArray());
            at += 2 + length;
        }

        return new Input(bytes.Length > 0 ? bytes[0] : (byte)0, operations);
    }

    public byte[] ToBytes()
    {
        List<byte> bytes = [State];
        foreach (byte[] operation in Operations)
        {
            bytes.AddRange([(byte)(operation.Length >> 8), (byte)operation.Length, .. operation]);
        }

        return [.. bytes];
    }

    public Input Copy() => new(State, [.. Operations]);
}
