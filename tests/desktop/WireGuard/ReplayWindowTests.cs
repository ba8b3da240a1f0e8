using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

public class ReplayWindowTests
{
    private const ulong Size = ReplayWindow.Size;
    private const ulong Reject = Constants.RejectAfterMessages;

    /// <summary>Counters in order, each with what is to become of it.</summary>
    public static IEnumerable<TheoryDataRow<string, (ulong Counter, bool Accepted)[]>> Tables()
    {
        yield return new("in order", [(0, true), (1, true), (2, true)]);
        yield return new("repeated", [(0, true), (0, false), (1, true), (1, false), (0, false)]);
        yield return new("out of order", [(5, true), (3, true), (4, true), (3, false), (0, true), (0, false)]);
        yield return new("first one far ahead", [(1 << 13, true), (1 << 13, false), (0, false)]);
        yield return new(
            "lower edge",
            [
                (Size - 1, true), (0, true), (Size, true), (0, false), (1, true), (Size + 1, true), (1, false),
                (2, true), (2, false),
            ]);
        yield return new("one beyond the lower edge", [(Size, true), (0, false), (1, true)]);
        yield return new("edge within a word", [(Size + 20, true), (20, false), (21, true), (21, false)]);
        yield return new("edge between words", [(Size + 31, true), (31, false), (32, true), (63, true), (32, false)]);
        yield return new("a jump of the window", [(0, true), (Size, true), (0, false), (1, true), (Size - 1, true)]);
        yield return new(
            "a jump of the ring of words, which ends on the word it began on",
            [(7, true), (7 + (65 * 32), true), (65 * 32, true), ((65 * 32) + 8, true), (7, false), (8, false)]);
        yield return new(
            "jumps of 2^13",
            [
                (0, true), (1 << 13, true), (2 << 13, true), (1 << 13, false), ((2 << 13) - Size, false),
                ((2 << 13) - Size + 1, true), ((2 << 13) - 1, true), ((2 << 13) - 1, false),
            ]);
        yield return new(
            "a jump of the ring of bytes, which ends on the byte it began on",
            [(7, true), (7 + (257 * 8), true), (257 * 8, true), ((257 * 8) + 8, true), (7, false), (8, false)]);
        yield return new(
            "one word on, with bits there",
            [(31, true), (30, true), (32, true), (31, false), (30, false), (29, true), (33, true)]);
        yield return new(
            "the end of a session",
            [
                (Reject - 2, true), (Reject, false), (Reject + 1, false), (ulong.MaxValue, false), (Reject - 1, true),
                (Reject - 1, false), (Reject - Size, true), (Reject - Size - 1, false),
            ]);
        yield return new(
            "a refused end changes nothing", [(Reject, false), (ulong.MaxValue, false), (0, true), (1, true)]);
        yield return new(
            "around nothing",
            [(1, true), (0, true), (0, false), (1, false), (2, true), (ulong.MaxValue, false), (2, false), (3, true)]);
        yield return new(
            "jumps of 2^13 less one and more one, and what lies between",
            [
                (1, true), (1 << 13, true), ((1 << 13) - 1, true), (1, false), ((2 << 13) + 1, true), (1 << 13, false),
                ((2 << 13) - 1, true), (2 << 13, true), ((2 << 13) + 2, true), (2 << 13, false),
            ]);
        yield return new(
            "far ahead, then old ones",
            [
                (0, true), (1, true), (1UL << 40, true), (0, false), (1, false), (2, false), (1 << 13, false),
                ((1UL << 40) - Size, false), ((1UL << 40) - Size + 1, true), ((1UL << 40) - 1, true),
                (1UL << 40, false), ((1UL << 40) + 1, true),
            ]);
        yield return new(
            "from the start to the end in one jump",
            [
                (0, true), (Reject - 1, true), (0, false), (1 << 13, false), (Reject - (1 << 13), false),
                (Reject - Size, true), (Reject, false), (Reject + (1 << 13), false), (Reject - 2, true),
                (Reject - 2, false),
            ]);
        yield return new(
            "across 2^60, where a new session is asked for",
            [
                (Constants.RekeyAfterMessages - 1, true),
                (Constants.RekeyAfterMessages, true),
                (Constants.RekeyAfterMessages + (1 << 13), true),
                (Constants.RekeyAfterMessages, false),
                (Constants.RekeyAfterMessages + (1 << 13) - 1, true),
            ]);
        yield return new(
            "beyond 32 bits",
            [
                (0xFFFFFFFF, true), (0x100000000, true), (0xFFFFFFFF, false), (0xFFFFFFFE, true),
                (0x1_0000_0000_0000, true), (0x100000000, false),
            ]);
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Counters_are_accepted_as_the_table_says(string name, (ulong Counter, bool Accepted)[] table)
    {
        Window window = new();
        for (int i = 0; i < table.Length; i++)
        {
            Assert.True(
                table[i].Accepted == window.Accept(table[i].Counter), $"{name}: row {i}, counter {table[i].Counter}");
        }
    }

    /// <summary>Where a window may stand, and how far it may move at once.</summary>
    public static readonly MatrixTheoryData<ulong, ulong> Moves = new(
        [
            0, 1, 7, 8, Size - 1, Size, Size + 1, (1 << 13) - 1, 1 << 13, (1 << 13) + 1, uint.MaxValue,
            Constants.RekeyAfterMessages - 1, Reject - (1UL << 41),
        ],
        [
            0, 1, 7, 8, 9, Size - 9, Size - 8, Size - 1, Size, Size + 1, Size + 7, Size + 8, Size + 9, (1 << 13) - 1,
            1 << 13, (1 << 13) + 1, 1UL << 32, 1UL << 40,
        ]);

    [Theory]
    [Statement("4-4", "4.8-8")]
    [MemberData(nameof(Moves))]
    public void A_window_that_moves_keeps_what_is_still_in_it_and_no_more(ulong start, ulong jump)
    {
        Window window = new();
        HashSet<ulong> seen = [];
        ulong highest = 0;
        foreach (ulong head in (ulong[])[start, start + jump, start + jump + 1])
        {
            Offer(head);

            // Around the edges of the window, of the ring beneath it, and of where the window stood before.
            foreach (ulong edge in (ulong[])
            [
                0, head - 1, head - Size, head - Size - 8, head - (1 << 13), start, start - Size,
            ])
            {
                for (ulong counter = edge - 2; counter != edge + 3; counter++)
                {
                    if (counter <= head)
                    {
                        Offer(counter);
                        Offer(counter);
                    }
                }
            }
        }

        void Offer(ulong counter)
        {
            highest = Math.Max(highest, counter);
            bool isNew = counter + Size > highest && seen.Add(counter);
            Assert.True(isNew == window.Accept(counter), $"{counter}, while the highest is {highest}");
        }
    }

    [Fact]
    public void Every_counter_of_three_rings_of_words_is_accepted_once_in_any_order_within_the_window()
    {
        const int Total = 65 * 32 * 3;
        Window window = new();
        for (int start = 0; start < Total; start += 1040)
        {
            foreach (int i in Enumerable.Range(start, 1040).OrderBy(i => (i * 7919L) % 1040))
            {
                Assert.True(window.Accept((ulong)i), $"{i}");
                Assert.False(window.Accept((ulong)i), $"{i} again");
            }
        }
    }

    [Fact]
    public void A_reset_window_is_as_new()
    {
        Window window = new();
        Assert.True(window.Accept(100_000));
        window.Wipe();
        Assert.True(window.Accept(0));
        Assert.True(window.Accept(100_000));
        Assert.False(window.Accept(0));
    }

    [Fact]
    public void It_agrees_with_a_set_of_all_counters_seen()
    {
        Gen<ulong> jumps = Gen.Frequency(
            (20, Gen.ULong[0, 3]),
            (6, Gen.ULong[0, 70]),
            (3, Gen.ULong[Size - 66, Size + 66]),
            (1, Gen.ULong[0, 3 * Size]),
            (1, Gen.ULong[0, 1UL << 40]));
        Gen.Select(Gen.ULong[0, 1UL << 62], Gen.Select(jumps, Gen.Bool).Array[1, 200]).Sample((start, steps) =>
        {
            Window window = new();
            HashSet<ulong> seen = [];
            ulong highest = start;
            bool any = false;
            foreach ((ulong jump, bool forward) in steps)
            {
                ulong counter = forward ? highest + jump : highest - Math.Min(jump, highest);
                bool fresh = !any || counter > highest || (highest - counter < Size && !seen.Contains(counter));
                if (window.Accept(counter) != fresh)
                {
                    return false;
                }

                seen.Add(counter);
                highest = any ? Math.Max(highest, counter) : counter;
                any = true;
            }

            return true;
        });
    }

    /// <summary>That of a keypair beside others.</summary>
    private sealed class Window
    {
        private const int Keypair = 2;

        private readonly Keypairs _keypairs = new(3, [], new IndexTable(3));

        public bool Accept(ulong counter) => _keypairs.Accept(Keypair, counter);

        public void Wipe() => _keypairs.Wipe(Keypair);
    }
}
