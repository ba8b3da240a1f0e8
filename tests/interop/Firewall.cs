namespace Spore.Tests.Interop;

/// <summary>What a machine drops of the datagrams between nodes, with nftables.</summary>
internal static class Firewall
{
    private const string Table = "inet spore";

    /// <summary>Drops what comes in of one type of message.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="type">The type, the first byte of the datagram.</param>
    public static void DropIncoming(NetworkNamespace machine, int type)
    {
        Drop(machine, "input", $"@th,64,8 {type}");
    }

    /// <summary>Drops what goes out of one type of message.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="type">The type, the first byte of the datagram.</param>
    public static void DropOutgoing(NetworkNamespace machine, int type)
    {
        Drop(machine, "output", $"@th,64,8 {type}");
    }

    /// <summary>Drops some of what comes in, by chance.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="percent">How many of a hundred.</param>
    public static void Lose(NetworkNamespace machine, int percent)
    {
        Drop(machine, "input", $"numgen random mod 100 < {percent}");
    }

    /// <summary>Drops nothing any more.</summary>
    /// <param name="machine">The machine.</param>
    public static void Clear(NetworkNamespace machine)
    {
        machine.Nft($"delete table {Table}");
    }

    private static void Drop(NetworkNamespace machine, string hook, string which)
    {
        machine.Nft($$"""
            table {{Table}} {
              chain {{hook}} {
                type filter hook {{hook}} priority filter
                udp dport {{StockNode.Port}} {{which}} counter drop
              }
            }

            """);
    }
}
