using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.Discovery;
using Xunit;

namespace Spore.Tests.Nodes;

public class NeighboursTests
{
    private const int Count = 4;

    [Fact]
    [Statement("5.3-8")]
    public void It_agrees_with_a_list_in_order_of_hearing()
    {
        Gen.Select(Gen.Int[1, 6], Gen.ULong[1, 3]).Array[1, 80].Sample(steps =>
        {
            Neighbours neighbours = new(Count);
            List<(int Key, ulong Nonce)> model = [];
            long now = 1_000;
            foreach ((int key, ulong nonce) in steps)
            {
                now += 10;
                bool isOther = !model.Contains((key, nonce));
                model.RemoveAll(m => m.Key == key);
                model.Add((key, nonce));
                if (model.Count > Count)
                {
                    model.RemoveAt(0);
                }

                if (neighbours.Hear([9, .. Enumerable.Repeat((byte)key, 32)], 1, nonce, now) != isOther)
                {
                    return false;
                }
            }

            return true;
        });
    }
}
