using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Two nodes that know each other by hello alone, and whose links or addresses change under them.</summary>
public class ReachTests
{
    private const int NewNumber = 100;

    // Seconds in which they reach each other again. Nodes that did not notice would take more than 15 s (PROTOCOL
    // section 5.1); those that do take two or three, on a fast machine.
    private const int Longest = 14;

    [Fact]
    public void Both_machines_get_other_addresses()
    {
        using Lab lab = Lab.Open();
        (SporeNode one, SporeNode two) = Start(lab, Outer.Ipv4);
        Wire.Move(one.Machine, 1, NewNumber + 1);
        Wire.Move(two.Machine, 2, NewNumber + 2);
        IsAnsweredInTime(one.Machine, two.Self.Ipv4);
        IsAnsweredInTime(two.Machine, one.Self.Ipv4);
    }

    [Fact]
    public void An_adapter_is_unplugged_and_another_one_plugged_in()
    {
        using Lab lab = Lab.Open();
        (SporeNode one, SporeNode two) = Start(lab, Outer.LinkLocal);
        one.Machine.Ip($"link del {Wire.Interface}");
        Ping.IsNotAnswered(one.Machine, two.Self.Ipv4);
        Wire.Join(lab, Outer.LinkLocal, one.Machine, two.Machine);
        IsAnsweredInTime(one.Machine, two.Self.Ipv4);
        IsAnsweredInTime(two.Machine, one.Self.Ipv4);
    }

    [Fact]
    public void One_machine_has_another_address_and_sends_nothing()
    {
        using Lab lab = Lab.Open();
        (SporeNode one, SporeNode two) = Start(lab, Outer.Ipv4);
        Wire.Move(two.Machine, 2, NewNumber + 2);
        IsAnsweredInTime(one.Machine, two.Self.Ipv4);
        one.WaitForEndpoint(two.Self, Wire.Endpoint(NewNumber + 2));
    }

    [Fact]
    public void A_machine_with_two_addresses_in_one_subnet_sends_each_hello_once()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace machine, NetworkNamespace hearer) = (lab.Machine("node"), lab.Machine("hearer"));
        Wire.Join(lab, Outer.Ipv4, machine, hearer);
        machine.Ip($"addr add {Wire.Address(NewNumber)}/24 broadcast + dev {Wire.Interface}");
        using Socket socket = hearer.OpenSocket(new IPEndPoint(IPAddress.Any, StockNode.Port));
        socket.ReceiveTimeout = Wait.Patience * 1000;
        _ = new SporeNode(lab, machine, authority.NewNode(), 1, false);
        HashSet<string> nonces = [];
        byte[] hello = new byte[1500];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(148, socket.Receive(hello));
            Assert.True(nonces.Add(Convert.ToHexString(hello, 4, 24)), "a hello came twice");
        }
    }

    [Fact]
    public void Two_machines_with_one_identity_name_each_other()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("original"), lab.Machine("copy"));
        Wire.Join(lab, Outer.Ipv4, first, second);
        NodeIdentity identity = authority.NewNode();
        SporeNode original = new(lab, first, identity, 1, false);
        SporeNode copy = new(lab, second, identity, 1, false);
        original.WaitFor(0, "same identity", Wire.Endpoint(2));
        copy.WaitFor(0, "same identity", Wire.Endpoint(1));
    }

    [Fact]
    public void A_hello_that_is_ignored_is_logged_with_the_reason()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("member"), lab.Machine("nobody"));
        Wire.Join(lab, Outer.Ipv4, first, second);
        NodeIdentity one = authority.NewNode();
        SporeNode member = new(lab, first, one, 1, false, authority.Sign(1, new Member(one.PublicKey, 1)));
        _ = new SporeNode(lab, second, authority.NewNode(), 2, false);
        member.WaitFor(0, "hello ignored", "it is no member, and has no network");
    }

    // Neither knows an endpoint of the other from the network or its operator.
    private static (SporeNode One, SporeNode Two) Start(Lab lab, Outer addresses)
    {
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("one"), lab.Machine("two"));
        Wire.Join(lab, addresses, first, second);
        (NodeIdentity one, NodeIdentity two) = (authority.NewNode(), authority.NewNode());
        byte[] network = authority.Sign(1, new Member(one.PublicKey, 1), new Member(two.PublicKey, 2));
        SporeNode a = new(lab, first, one, 1, true, network);
        SporeNode b = new(lab, second, two, 2, true);
        b.WaitForNetwork(1, a.Self);
        Ping.IsAnswered(first, b.Self.Ipv4);
        Ping.IsAnswered(second, a.Self.Ipv4);
        return (a, b);
    }

    private static void IsAnsweredInTime(NetworkNamespace machine, string address)
    {
        string longest = Longest.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(0, machine.Run("ping", "-n", "-q", "-c", "1", "-i", "0.2", "-w", longest, address).ExitCode);
    }
}
