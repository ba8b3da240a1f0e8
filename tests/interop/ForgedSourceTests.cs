using System.Security.Cryptography;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Inner packets whose source is none of the sender's addresses.</summary>
public class ForgedSourceTests
{
    private const int Count = 3;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_stock_forges_is_neither_taken_nor_answered(bool tun)
    {
        using Pair pair = new();
        Member third = Stranger(3);
        SporeNode spore = pair.StartWith(tun, pair.Sign(1, pair.Stock.Self, third));
        StockNode stock = pair.Stock;
        stock.AddPeer(pair.Self, Wire.Endpoint(1));
        Ping.AllAreAnswered(stock, pair.Self);
        long delivered = Delivered(spore, tun);

        foreach (Member other in new[] { third, Stranger(77) })
        {
            AssertDropped(spore, stock, other.Ipv4, pair.Self.Ipv4);
            AssertDropped(spore, stock, other.Ipv6, pair.Self.Ipv6);
            AssertDropped(spore, stock, other.LinkLocal, stock.Scoped(pair.Self));
            AssertDropped(spore, stock, other.Ipv6, stock.Scoped(pair.Self));
        }

        Assert.Equal(delivered, Delivered(spore, tun));
        Ping.AllAreAnswered(stock, pair.Self);
    }

    [Fact]
    public void What_we_forge_stock_drops()
    {
        using Pair pair = new();
        Member third = Stranger(3);
        SporeNode spore = pair.StartWith(true, pair.Sign(1, pair.Stock.Self, third));
        StockNode stock = pair.Stock;
        stock.AddPeer(pair.Self, Wire.Endpoint(1));
        Ping.AllAreAnswered(stock, pair.Self);
        long delivered = stock.Machine.CountReceived(stock.Interface);

        foreach (Member other in new[] { third, Stranger(77) })
        {
            Forge(pair.Ours, spore.Interface, other.Ipv4, stock.Self.Ipv4);
            Forge(pair.Ours, spore.Interface, other.Ipv6, stock.Self.Ipv6);
            Forge(pair.Ours, spore.Interface, other.LinkLocal, spore.Scoped(stock.Self));
        }

        AssertLogged(stock, 2 * Count, "IPv4 packet with disallowed source address");
        AssertLogged(stock, 4 * Count, "IPv6 packet with disallowed source address");
        Assert.Equal(delivered, stock.Machine.CountReceived(stock.Interface));
        Ping.AllAreAnswered(stock, pair.Self);
    }

    private static Member Stranger(int number)
    {
        return new Member(RandomNumberGenerator.GetBytes(32), number);
    }

    private static long Delivered(SporeNode spore, bool tun)
    {
        return tun ? spore.Machine.CountReceived(spore.Interface) : 0;
    }

    private static void AssertDropped(SporeNode spore, StockNode stock, string source, string destination)
    {
        long before = spore.CountDropped();
        Forge(stock.Machine, stock.Interface, source, destination);
        Wait.Until(() => spore.CountDropped() >= before + Count, "the forged packets to be dropped");
    }

    private static void AssertLogged(StockNode stock, int count, string text)
    {
        Wait.Until(() => stock.CountLogged(text) >= count, $"{count} lines '{text}'");
        Assert.Equal(count, stock.CountLogged(text));
    }

    // The machine has to own what it sends from.
    private static void Forge(NetworkNamespace machine, string link, string source, string destination)
    {
        string prefix = source.Contains(':') ? "128" : "32";
        machine.Ip($"addr add {source}/{prefix} dev {link}{(prefix == "128" ? " nodad" : string.Empty)}");
        Ping.IsNotAnswered(machine, destination, destination.Contains('%') ? $"{source}%{link}" : source);
        machine.Ip($"addr del {source}/{prefix} dev {link}");
    }
}
