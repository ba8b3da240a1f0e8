using System;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>A rule of policy routing (ip-rule(8)), as far as Spore sets such.</summary>
/// <param name="Family">AF_INET or AF_INET6.</param>
/// <param name="Priority">Its priority; rules are asked in ascending order.</param>
/// <param name="Mark">The firewall mark that it is for, 0 for all.</param>
/// <param name="Table">The table that it looks into; 0 where it answers "unreachable".</param>
/// <param name="SuppressedGroup">The group of interfaces whose routes it passes over, or null.</param>
/// <param name="Protocol">Who set it, a number of <c>rt_protos</c>.</param>
internal sealed record KernelRule(
    byte Family, uint Priority, uint Mark, uint Table, uint? SuppressedGroup, byte Protocol)
{
    private const int PriorityAttribute = 6;
    private const int MarkAttribute = 10;
    private const int GroupAttribute = 13;
    private const int TableAttribute = 15;
    private const int MaskAttribute = 16;
    private const int ProtocolAttribute = 21;
    private const int TableOffset = 4;
    private const int ActionOffset = 7;
    private const byte LookUp = 1;
    private const byte Unreachable = 7;
    private const uint NoGroup = uint.MaxValue;

    /// <summary>Reads a rule.</summary>
    /// <param name="reply">A message of type RTM_NEWRULE or RTM_DELRULE.</param>
    /// <returns>The rule.</returns>
    public static KernelRule Read(NetlinkReply reply)
    {
        uint? group = reply.Number(Rtnetlink.RuleSize, GroupAttribute);
        return new KernelRule(
            reply.Body[0],
            reply.Number(Rtnetlink.RuleSize, PriorityAttribute) ?? 0,
            reply.Number(Rtnetlink.RuleSize, MarkAttribute) ?? 0,
            reply.Body[ActionOffset] == LookUp
                ? reply.Number(Rtnetlink.RuleSize, TableAttribute) ?? reply.Body[TableOffset]
                : 0,
            group == NoGroup ? null : group,
            reply.TryFind(Rtnetlink.RuleSize, ProtocolAttribute, out ReadOnlySpan<byte> protocol)
                ? protocol[0]
                : (byte)0);
    }

    /// <summary>The request for all rules.</summary>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <returns>The request.</returns>
    public static NetlinkMessage Query(byte family)
    {
        byte[] header = new byte[Rtnetlink.RuleSize];
        header[0] = family;
        return new NetlinkMessage(Rtnetlink.GetRule, Rtnetlink.Dump, header);
    }

    /// <summary>A request about this rule.</summary>
    /// <param name="type">RTM_NEWRULE or RTM_DELRULE.</param>
    /// <param name="flags">The request's flags.</param>
    /// <returns>The request. The kernel deletes a rule only where it has all that is named here.</returns>
    public NetlinkMessage Message(int type, int flags)
    {
        byte[] header = new byte[Rtnetlink.RuleSize];
        header[0] = Family;
        header[ActionOffset] = Table == 0 ? Unreachable : LookUp;
        NetlinkMessage message = new NetlinkMessage(type, flags, header)
            .With(PriorityAttribute, Priority)
            .With(ProtocolAttribute, [Protocol])
            .With(MarkAttribute, Mark)
            .With(MaskAttribute, uint.MaxValue);
        if (Table != 0)
        {
            message.With(TableAttribute, Table);
        }

        return SuppressedGroup is { } group ? message.With(GroupAttribute, group) : message;
    }
}
