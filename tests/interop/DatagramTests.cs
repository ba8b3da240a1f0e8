using System;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Many UDP datagrams of one flow through the interfaces of two nodes.</summary>
public class DatagramTests
{
    private const int Size = 1000;
    private const int Count = 64;
    private const int Rounds = 50;

    // UDP_GRO (udp(7)).
    private const int UdpLevel = 17;
    private const int Join = 104;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_program_gets_them_one_by_one_or_as_many_at_a_time_as_it_can_use(bool isIpv6)
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("one"), lab.Machine("two"));
        Wire.Join(lab, first, second);
        (NodeIdentity one, NodeIdentity two) = (authority.NewNode(), authority.NewNode());
        (Member from, Member to) = (
            new Member(one.PublicKey, 1, Wire.Endpoint(1)), new Member(two.PublicKey, 2, Wire.Endpoint(2)));
        byte[] network = authority.Sign(1, from, to);
        _ = new SporeNode(lab, first, one, 1, true, network);
        _ = new SporeNode(lab, second, two, 2, true, network);
        Ping.IsAnsweredAtLast(first, to.Ipv4);
        IPAddress source = IPAddress.Parse(isIpv6 ? from.Ipv6 : from.Ipv4);
        IPAddress destination = IPAddress.Parse(isIpv6 ? to.Ipv6 : to.Ipv4);
        using Socket sender = first.OpenSocket(new IPEndPoint(source, 0));
        using Socket plain = second.OpenSocket(new IPEndPoint(destination, 0));
        using Socket joining = second.OpenSocket(new IPEndPoint(destination, 0));
        plain.ReceiveTimeout = joining.ReceiveTimeout = Wait.Patience * 1000;
        joining.SetRawSocketOption(UdpLevel, Join, BitConverter.GetBytes(1));

        Assert.Equal(Size, SendAndReceive(sender, plain));
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 2), "older kernels can't cut them");
        int longest = 0;
        for (int round = 0; round < Rounds && longest <= Size; round++)
        {
            longest = SendAndReceive(sender, joining);
        }

        Assert.InRange(longest, 2 * Size, Count * Size);
    }

    // Demands that all arrive in their order, and returns the most bytes that arrived at one time.
    private static int SendAndReceive(Socket sender, Socket receiver)
    {
        byte[] sent = RandomNumberGenerator.GetBytes(Count * Size);
        for (int i = 0; i < Count; i++)
        {
            sender.SendTo(sent.AsSpan(i * Size, Size), SocketFlags.None, receiver.LocalEndPoint!);
        }

        byte[] received = new byte[2 * sent.Length];
        int longest = 0;
        for (int at = 0; at < sent.Length;)
        {
            int length = receiver.Receive(received.AsSpan(at));
            longest = Math.Max(longest, length);
            at += length;
        }

        Assert.Equal(sent, received[..sent.Length]);
        return longest;
    }
}
