using System;
using System.Collections.Generic;
using System.Linq;

namespace Spore.Fuzz;

/// <summary>Makes inputs out of others.</summary>
internal sealed class Mutator(Random random)
{
    private static readonly byte[] _interesting =
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 31, 32, 63, 64, 69, 127, 128, 144, 192, 254, 255];

    // How likely each operation is to be made: those with multiplications in them take as long as twenty others.
    private static readonly byte[] _kinds =
    [
        .. Enumerable.Repeat((byte)Operations.Say, 14), .. Enumerable.Repeat((byte)Operations.Transfer, 8),
        .. Enumerable.Repeat((byte)Operations.Sound, 6), .. Enumerable.Repeat((byte)Operations.Raw, 4),
        .. Enumerable.Repeat((byte)Operations.Wait, 4), .. Enumerable.Repeat((byte)Operations.Send, 3),
        Operations.Hello, Operations.Hello, Operations.Cookie, Operations.Cookie, Operations.Initiate,
        Operations.Initiate, Operations.Respond, Operations.Load, Operations.Resolve,
    ];

    /// <summary>Makes an input that is near another one.</summary>
    /// <param name="original">That one.</param>
    /// <param name="other">Another to take operations from.</param>
    /// <returns>The new one.</returns>
    public Input Change(Input original, Input other)
    {
        Input changed = original.Copy();
        for (int i = 1 << random.Next(5); i > 0; i--)
        {
            Step(changed, other);
        }

        return changed;
    }

    /// <summary>An operation with parameters that mean something.</summary>
    /// <returns>The operation.</returns>
    public byte[] Make()
    {
        List<byte> operation = [_kinds[random.Next(_kinds.Length)]];
        int parameters = operation[0] switch { Operations.Say => 7, Operations.Raw => random.Next(200), _ => 5 };
        for (int i = 0; i < parameters; i++)
        {
            operation.Add((byte)(random.Next(4) switch { 0 => random.Next(256), 1 => Pick(), _ => random.Next(8) }));
        }

        if (operation[0] == Operations.Say)
        {
            // Mostly from the right place, with the next counter, and whole.
            operation[3] = random.Next(8) == 0 ? operation[3] : (byte)0;
            operation[4] = (byte)random.Next(32);
            operation.Add(0);
        }
        else if (operation[0] == Operations.Raw && parameters > 4)
        {
            operation[2] = (byte)random.Next(6);
            operation[3] = operation[4] = operation[5] = 0;
        }

        for (int i = random.Next(3); i > 0; i--)
        {
            operation.AddRange([(byte)random.Next(2), (byte)random.Next(256), (byte)(1 << random.Next(8))]);
        }

        return [.. operation];
    }

    private void Step(Input input, Input other)
    {
        List<byte[]> operations = input.Operations;
        int at = operations.Count == 0 ? 0 : random.Next(operations.Count);
        switch (random.Next(10))
        {
            case 0 or 1:
                Insert(operations, Make());
                break;
            case 2 when other.Operations.Count > 0:
                Insert(operations, other.Operations[random.Next(other.Operations.Count)]);
                break;
            case 3 when operations.Count > 1:
                operations.RemoveAt(at);
                break;
            case 4 when operations.Count > 0:
                Insert(operations, operations[at]);
                break;
            case 5 when random.Next(4) == 0:
                input.State = (byte)random.Next(256);
                break;
            default:
                if (operations.Count > 0)
                {
                    operations[at] = Change(operations[at]);
                }

                break;
        }
    }

    private void Insert(List<byte[]> operations, byte[] operation)
    {
        if (operations.Count < Input.MostOperations)
        {
            operations.Insert(random.Next(operations.Count + 1), operation);
        }
    }

    private byte[] Change(byte[] original)
    {
        List<byte> bytes = [.. original];
        int at = bytes.Count == 0 ? 0 : random.Next(bytes.Count);
        switch (random.Next(7))
        {
            case 0 when bytes.Count > 0:
                bytes[at] = Pick();
                break;
            case 1 when bytes.Count > 0:
                bytes[at] += (byte)random.Next(-16, 17);
                break;
            case 2 when bytes.Count > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3 when bytes.Count > 1:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                break;
            case 4 when bytes.Count < Input.MostBytes:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)));
                break;
            case 5 when bytes.Count < Input.MostBytes:
                bytes.AddRange([(byte)random.Next(4), (byte)random.Next(256), (byte)(1 << random.Next(8))]);
                break;
            default:
                if (bytes.Count > 0)
                {
                    bytes[at] ^= (byte)(1 << random.Next(8));
                }

                break;
        }

        return [.. bytes];
    }

    private byte Pick() => _interesting[random.Next(_interesting.Length)];
}
