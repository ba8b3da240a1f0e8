using System.Globalization;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Pings with iputils.</summary>
internal static class Ping
{
    private const int Count = 3;

    /// <summary>Demands that every ping is answered.</summary>
    /// <param name="machine">Where to ping from.</param>
    /// <param name="address">The address, with a scope where it needs one.</param>
    public static void IsAnswered(NetworkNamespace machine, string address)
    {
        Assert.Contains($" {Count} received", machine.Run("ping", "-n", "-c", Text(Count), "-i", "0.1", "-W", "10", address).Output);
    }

    /// <summary>Demands that no ping is answered.</summary>
    /// <param name="machine">Where to ping from.</param>
    /// <param name="address">The address, with a scope where it needs one.</param>
    /// <param name="source">The address to ping from, or null.</param>
    public static void IsNotAnswered(NetworkNamespace machine, string address, string? source = null)
    {
        string[] from = source == null ? [] : ["-I", source];
        Assert.Contains(" 0 received", machine.Run(["ping", "-n", "-c", Text(Count), "-i", "0.1", "-W", "1", .. from, address]).Output);
    }

    /// <summary>Demands that a stock node's pings to all addresses of a member are answered.</summary>
    /// <param name="stock">The stock node.</param>
    /// <param name="member">The member.</param>
    public static void AllAreAnswered(StockNode stock, Member member)
    {
        IsAnswered(stock.Machine, stock.Scoped(member));
        IsAnswered(stock.Machine, member.Ipv4);
        IsAnswered(stock.Machine, member.Ipv6);
    }

    private static string Text(int number)
    {
        return number.ToString(CultureInfo.InvariantCulture);
    }
}
