using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>A network interface, as the kernel describes it.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsUp">Whether it is administratively up.</param>
/// <param name="Group">Its group, which rules of routing can name; 0 by default.</param>
internal sealed record Link(int Index, string Name, bool IsUp, uint Group)
{
    private const int NameAttribute = 3;
    private const int IndexOffset = 4;
    private const int FlagsOffset = 8;
    private const int Up = 1;

    /// <summary>IFLA_GROUP.</summary>
    public const int GroupAttribute = 27;

    /// <summary>Reads a link.</summary>
    /// <param name="reply">A message of type RTM_NEWLINK.</param>
    /// <returns>The link.</returns>
    public static Link Read(NetlinkReply reply)
    {
        string name = reply.TryFind(Rtnetlink.LinkSize, NameAttribute, out ReadOnlySpan<byte> text)
            ? Encoding.ASCII.GetString(text).TrimEnd('\0')
            : string.Empty;
        return new Link(
            MemoryMarshal.Read<int>(reply.Body.AsSpan(IndexOffset)),
            name,
            (MemoryMarshal.Read<int>(reply.Body.AsSpan(FlagsOffset)) & Up) != 0,
            reply.Number(Rtnetlink.LinkSize, GroupAttribute) ?? 0);
    }
}
