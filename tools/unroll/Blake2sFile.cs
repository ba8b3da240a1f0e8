using System;

namespace Spore.Unroll;

/// <summary>
/// BLAKE2s's compression function. Each round takes the message in another order: the last rounds have theirs in the
/// code, the first ones, to keep that small, from a table.
/// </summary>
internal static class Blake2sFile
{
    // More of them cost less code and more instructions.
    private const int RoundsInLoop = 5;

    private static readonly int[][] _orders =
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ];

    private static readonly int[][] _quarters =
    [
        [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
        [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
    ];

    private static readonly string[] _initial =
    [
        "0x6A09E667", "0xBB67AE85", "0x3C6EF372", "0xA54FF53A",
        "0x510E527F", "0x9B05688C", "0x1F83D9AB", "0x5BE0CD19",
    ];

    internal static UnrolledFile Make()
    {
        SourceWriter source = new(usesSystem: true);
        source.Block("public sealed partial class Blake2s", () =>
        {
            source.Line(
                $"// In which order the first {RoundsInLoop} rounds take the words of the message (RFC 7693 section "
                + "2.7).");
            source.Line("private static readonly byte[] _orders =");
            source.Line("{");
            foreach (int[] order in _orders[..RoundsInLoop])
            {
                source.Line($"    {string.Join(", ", order)},");
            }

            source.Line("};");
            source.Line();
            source.Line("private readonly ulong[] _words = new ulong[16];");
            source.Line();
            source.Line("// RFC 7693 section 3.2.");
            source.Block("private void Compress(byte[] block, int offset, bool last)", () => Body(source));
        });
        return new UnrolledFile("firmware/Spore.Crypto/Blake2s.g.cs", source.ToString());
    }

    // In words of 32 bits, which the interpreter can't rotate, and a desktop can in one instruction.
    internal static UnrolledFile MakeForHost()
    {
        SourceWriter source = new(usesSystem: true, "Spore.Hostsim.Crypto");
        source.Block("internal sealed partial class UnrolledBlake2s", () => source.Block(
            "private static void Compress(Span<uint> h, ReadOnlySpan<byte> block, long total, bool last)",
            () => HostBody(source)));
        return new UnrolledFile("hostsim/Crypto/UnrolledBlake2s.g.cs", source.ToString());
    }

    private static void Body(SourceWriter source)
    {
        source.Lines(
            """
            if (_host != null)
            {
                _host.Compress(_h, block, offset, _total, last);
                return;
            }

            // Words have 64 bits, of which the low 32 count. A word without the others, times 2^32 + 1, stands there
            // twice, and one shift to the right rotates it.
            ulong low = 0xFFFFFFFF;
            ulong twice = 0x100000001;
            uint[] h = _h;
            long total = _total;
            """);
        source.Line("ulong[] words = _words;");
        for (int i = 0; i < 16; i++)
        {
            source.Line($"ulong m{i} = BitConverter.ToUInt32(block, offset{(i == 0 ? string.Empty : $" + {4 * i}")});");
            source.Line($"words[{i}] = m{i};");
        }

        for (int i = 0; i < 8; i++)
        {
            source.Line($"ulong v{i} = h[{i}];");
        }

        for (int i = 0; i < 4; i++)
        {
            source.Line($"ulong v{8 + i} = {_initial[i]};");
        }

        source.Line($"ulong v12 = {_initial[4]} ^ (uint)total;");
        source.Line($"ulong v13 = {_initial[5]} ^ (uint)(total >> 32);");
        source.Line($"ulong v14 = last ? ~{_initial[6]}U : {_initial[6]};");
        source.Line($"ulong v15 = {_initial[7]};");
        source.Line("byte[] orders = _orders;");
        source.Block(
            $"for (int at = 0; at < {RoundsInLoop * 16}; at += 16)",
            () => Round(source, i => $"words[orders[at{(i == 0 ? string.Empty : $" + {i}")}]]"));
        for (int round = RoundsInLoop; round < 10; round++)
        {
            source.Line($"// Round {round}.");
            Round(source, i => $"m{_orders[round][i]}");
        }

        for (int i = 0; i < 8; i++)
        {
            source.Line($"h[{i}] ^= (uint)(v{i} ^ v{i + 8});");
        }
    }

    private static void HostBody(SourceWriter source)
    {
        for (int i = 0; i < 16; i++)
        {
            source.Line($"uint m{i} = Word(block, {4 * i});");
        }

        for (int i = 0; i < 8; i++)
        {
            source.Line($"uint v{i} = h[{i}];");
        }

        for (int i = 0; i < 4; i++)
        {
            source.Line($"uint v{8 + i} = {_initial[i]};");
        }

        source.Line($"uint v12 = {_initial[4]} ^ (uint)total;");
        source.Line($"uint v13 = {_initial[5]} ^ (uint)(total >> 32);");
        source.Line($"uint v14 = last ? ~{_initial[6]}U : {_initial[6]};");
        source.Line($"uint v15 = {_initial[7]};");
        for (int round = 0; round < 10; round++)
        {
            source.Line($"// Round {round}.");
            for (int quarter = 0; quarter < 8; quarter += 4)
            {
                HostHalf(source, _orders[round], quarter, 0, 16, 12);
                HostHalf(source, _orders[round], quarter, 1, 8, 7);
            }
        }

        for (int i = 0; i < 8; i++)
        {
            source.Line($"h[{i}] ^= v{i} ^ v{i + 8};");
        }
    }

    // Four quarters have no words in common. What they do at one time stands side by side.
    private static void HostHalf(SourceWriter source, int[] order, int quarter, int word, int first, int second)
    {
        Four(i => $"v{_quarters[i][0]} += v{_quarters[i][1]} + m{order[(2 * i) + word]};");
        Four(i => Rotate(_quarters[i][3], _quarters[i][0], first));
        Four(i => $"v{_quarters[i][2]} += v{_quarters[i][3]};");
        Four(i => Rotate(_quarters[i][1], _quarters[i][2], second));

        string Rotate(int a, int b, int count) => $"v{a} = uint.RotateRight(v{a} ^ v{b}, {count});";

        void Four(Func<int, string> line)
        {
            for (int i = quarter; i < quarter + 4; i++)
            {
                source.Line(line(i));
            }
        }
    }

    private static void Round(SourceWriter source, Func<int, string> word)
    {
        for (int i = 0; i < 8; i++)
        {
            int[] q = _quarters[i];
            Half(source, q, word(2 * i), 16, 12);
            Half(source, q, word((2 * i) + 1), 8, 7);
        }
    }

    private static void Half(SourceWriter source, int[] q, string word, int first, int second)
    {
        source.Line($"v{q[0]} += v{q[1]} + {word};");
        source.Line($"v{q[3]} = (((v{q[3]} ^ v{q[0]}) & low) * twice) >> {first};");
        source.Line($"v{q[2]} += v{q[3]};");
        source.Line($"v{q[1]} = (((v{q[1]} ^ v{q[2]}) & low) * twice) >> {second};");
    }
}
