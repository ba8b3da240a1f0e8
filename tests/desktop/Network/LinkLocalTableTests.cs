using System.Linq;
using Spore.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

public class LinkLocalTableTests
{
    private const int Count = 1000;

    private static readonly Blake2s _hash = new();

    [Fact]
    public void It_finds_each_key_by_its_address_and_nobody_by_another()
    {
        NetworkFile file = Load([.. Enumerable.Range(1, Count).Select(i => NetworkBytes.Entry(i))]);
        byte[][] addresses = [.. Enumerable.Range(1, Count).Select(i => Address(NetworkBytes.Key32(i)))];

        // Of so many some have the same last two bytes.
        Assert.NotEqual(Count, addresses.Select(a => (a[14], a[15])).Distinct().Count());
        LinkLocalTable table = new(Count, _hash);
        table.Fill(file);
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(i, table.Find(file, [9, .. addresses[i]], 1));
            addresses[i][i % 16] ^= 1;
            Assert.Equal(-1, table.Find(file, [9, .. addresses[i]], 1));
        }

        Assert.Equal(-1, table.Find(file, Address(NetworkBytes.Key32(Count + 1)), 0));
    }

    [Fact]
    public void It_follows_the_network_it_was_filled_from_last()
    {
        LinkLocalTable table = new(2, _hash);
        NetworkFile file = Load(NetworkBytes.Entry(1), NetworkBytes.Entry(2));
        table.Fill(file);
        Assert.Equal(0, table.Find(file, Address(NetworkBytes.Key32(1)), 0));
        file = Load(NetworkBytes.Entry(2));
        table.Fill(file);
        Assert.Equal(-1, table.Find(file, Address(NetworkBytes.Key32(1)), 0));
        Assert.Equal(0, table.Find(file, Address(NetworkBytes.Key32(2)), 0));
        Assert.Equal(-1, table.Find(new NetworkFile(NodeLimits.Device(), _hash), Address(NetworkBytes.Key32(2)), 0));
    }

    private static byte[] Address(byte[] key)
    {
        byte[] address = new byte[LinkLocalAddress.Size];
        LinkLocalAddress.FromKey(new Blake2s(), key, 0, address, 0);
        return address;
    }

    private static NetworkFile Load(params byte[][] entries)
    {
        byte[] file = NetworkBytes.File(entries);
        NetworkFile network = new(
            new NodeLimits { NetworkEntries = entries.Length, NetworkBytes = file.Length }, new Blake2s());
        Assert.Equal(NetworkFault.None, network.Begin(file, 0));
        Assert.Equal(NetworkFault.None, network.Append(file, NetworkHeader.Size, file.Length - NetworkHeader.Size));
        Assert.Equal(NetworkFault.None, network.Complete());
        return network;
    }
}
