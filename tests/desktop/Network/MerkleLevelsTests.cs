using System.Linq;
using Spore.Crypto;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

public class MerkleLevelsTests
{
    private readonly MerkleLevels _levels = new(new Blake2s(), 130);

    [Fact]
    public void Without_entries_nothing_is_to_be_computed() => Assert.True(_levels.IsComplete);

    // One object for all: what was there before does not count.
    [Fact]
    public void Each_path_is_that_of_the_RFC()
    {
        foreach (int count in Enumerable.Range(1, 40).Append(130).Append(64).Append(1))
        {
            byte[][] entries = [.. Enumerable.Range(1, count).Select(i => NetworkBytes.Entry(i << 8))];
            NetworkFile network = Load(NetworkBytes.File(entries));
            _levels.Begin(count);
            int steps = 0;
            for (; !_levels.IsComplete; steps++)
            {
                Assert.True(steps < 3 * count);
                _levels.Step(network);
            }

            for (int i = 0; i < count; i++)
            {
                byte[] expected = [.. MerkleModel.Path(i, entries).SelectMany(h => h)];
                int leaf = i;
                Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(p => _levels.PathByte(leaf, p)));
            }
        }
    }

    private static NetworkFile Load(byte[] bytes)
    {
        NetworkFile file = new(
            new NetworkLimits { NetworkEntries = 130, NetworkBytes = 10_000, Prefixes = 1 }, new Blake2s());
        Assert.Equal(NetworkFault.None, file.Begin(bytes, 0));
        Assert.Equal(NetworkFault.None, file.Append(bytes, 144, bytes.Length - 144));
        Assert.Equal(NetworkFault.None, file.Complete());
        return file;
    }
}
