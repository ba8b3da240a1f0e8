namespace Spore.Unroll;

/// <summary>ChaCha20's double round, in locals.</summary>
internal static class ChaCha20File
{
    private static readonly string[] _constants = ["0x61707865", "0x3320646E", "0x79622D32", "0x6B206574"];

    private static readonly int[][] _quarterRounds =
    [
        [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
        [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
    ];

    internal static UnrolledFile Make()
    {
        SourceWriter source = new(usesSystem: true);
        source.Block("internal sealed partial class ChaCha20", () =>
        {
            source.Lines(
                """
                /// <summary>Adds the key stream to a run of bytes, in place.</summary>
                /// <param name="key">Holds the 32-byte key.</param>
                /// <param name="keyOffset">Where it starts.</param>
                /// <param name="counter">The number of the first block.</param>
                /// <param name="nonce">Holds the 12-byte nonce.</param>
                /// <param name="nonceOffset">Where it starts.</param>
                /// <param name="buffer">Holds the bytes.</param>
                /// <param name="offset">Where they start.</param>
                /// <param name="length">How many they are.</param>
                """);
            source.Block(
                "internal void Xor(byte[] key, int keyOffset, uint counter, byte[] nonce, int nonceOffset, byte[] "
                + "buffer, int offset, int length)",
                () => Body(source));
        });
        return new UnrolledFile("firmware/Spore.Crypto/ChaCha20.g.cs", source.ToString());
    }

    private static void Body(SourceWriter source)
    {
        source.Lines(
            """
            // Words have 64 bits, of which the low 32 count. A word without the others, times 2^32 + 1, stands there
            // twice, and one shift to the right rotates it.
            ulong low = 0xFFFFFFFF;
            ulong twice = 0x100000001;
            byte[] block = _block;
            """);
        for (int i = 0; i < 4; i++)
        {
            source.Line($"ulong c{i} = {_constants[i]};");
        }

        for (int i = 0; i < 8; i++)
        {
            source.Line($"ulong c{4 + i} = BitConverter.ToUInt32(key, {At("keyOffset", 4 * i)});");
        }

        source.Line("ulong c12 = counter;");
        for (int i = 0; i < 3; i++)
        {
            source.Line($"ulong c{13 + i} = BitConverter.ToUInt32(nonce, {At("nonceOffset", 4 * i)});");
        }

        source.Block("while (length > 0)", () =>
        {
            source.Line("int part = length < BlockSize ? length : BlockSize;");
            source.Line("Array.Copy(buffer, offset, block, 0, part);");
            for (int i = 0; i < 16; i++)
            {
                source.Line($"ulong x{i} = c{i};");
            }

            source.Block("for (int i = 0; i < 10; i++)", () =>
            {
                foreach (int[] q in _quarterRounds)
                {
                    Line(source, q[0], q[1], q[3], 16);
                    Line(source, q[2], q[3], q[1], 12);
                    Line(source, q[0], q[1], q[3], 8);
                    Line(source, q[2], q[3], q[1], 7);
                }
            });
            source.Line("ulong word;");
            for (int i = 0; i < 8; i++)
            {
                Output(source, i);
            }

            source.Block("if (part > 32)", () =>
            {
                for (int i = 8; i < 16; i++)
                {
                    Output(source, i);
                }
            });
            source.Lines(
                """
                Array.Copy(block, 0, buffer, offset, part);
                c12++;
                offset += BlockSize;
                length -= BlockSize;
                """);
        });
        source.Line("Array.Clear(block, 0, BlockSize);");
    }

    private static void Line(SourceWriter source, int a, int b, int c, int rotation)
    {
        source.Line($"x{a} += x{b};");
        source.Line($"x{c} = (((x{c} ^ x{a}) & low) * twice) >> {32 - rotation};");
    }

    private static void Output(SourceWriter source, int i)
    {
        source.Line($"word = (x{i} + c{i}) ^ BitConverter.ToUInt32(block, {4 * i});");
        source.Line($"block[{4 * i}] = (byte)word;");
        for (int j = 1; j < 4; j++)
        {
            source.Line($"block[{(4 * i) + j}] = (byte)(word >> {8 * j});");
        }
    }

    private static string At(string offset, int distance)
    {
        return distance == 0 ? offset : $"{offset} + {distance}";
    }
}
