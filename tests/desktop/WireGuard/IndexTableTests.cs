using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

public class IndexTableTests
{
    private const int Entries = 20;

    [Fact]
    public void It_agrees_with_a_dictionary_whatever_is_added_and_removed()
    {
        // Few low bits, so that searches collide and runs wrap around the table's end.
        Gen<int> index = Gen.Select(Gen.Int[-3, 3], Gen.OneOf(0, 1, 2, 61, 62, 63), (high, low) => (high << 6) | low);
        Gen.Select(index, Gen.Int[0, 3], Gen.Int[0, 2]).Array[1, 150].Sample(steps =>
        {
            IndexTable table = new(Entries);
            Dictionary<int, int> model = [];
            foreach ((int at, int slot, int remove) in steps)
            {
                if (remove == 0)
                {
                    table.Remove(at);
                    model.Remove(at);
                }
                else if (model.Count < Entries || model.ContainsKey(at))
                {
                    if (table.Add(at, slot) != (at != 0 && model.TryAdd(at, slot)))
                    {
                        return false;
                    }
                }

                if (steps.Any(s => table.Find(s.Item1) != model.GetValueOrDefault(s.Item1, -1)))
                {
                    return false;
                }
            }

            return true;
        });
    }

    [Fact]
    public void A_table_without_entries_has_room_to_search()
    {
        IndexTable table = new(0);
        Assert.Equal(-1, table.Find(7));
        Assert.Equal(-1, table.Find(0));
        table.Remove(7);
        Assert.False(table.Add(0, 3));
    }
}
