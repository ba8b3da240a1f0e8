using System;
using System.Net;
using System.Net.NetworkInformation;
using System.Threading;
using Spore.Base;
using Spore.Crypto;
using Spore.Net;
using Spore.WireGuard;

namespace Spore.Samples;

/// <summary>
/// A board as the peer of a stock WireGuard server. It keeps a session up and answers ping inside the tunnel.
/// </summary>
public static class Program
{
    // The keys of an example, which everybody knows: make your own with wg genkey and wg genpsk.
    private const string PrivateKey = "oGWj8GMw4lPFuPt3T+AJbPIe53EmPjojX1lErFxs430=";
    private const string ServerKey = "xSOvpkBzM5h7gw6fbq41+FanW0Rni++yjmL+ZAISAz4=";
    private const string PresharedKey = "gwZ1HjNo9c/57pntQ/wsoVuwk3qlaUnKs8oVF1k3Gg4=";

    // The server's endpoint; the board listens at the same port.
    private const string ServerAddress = "192.0.2.1";
    private const int Port = 51820;

    // In seconds: keeps a NAT's mapping, and brings the session up.
    private const int Keepalive = 25;

    // 2026-11-25, in milliseconds since 1970: the wall time until SNTP has set the board's clock.
    private const long BuildTime = 1795564800000;
    private const int BuildYear = 2026;

    private const int LargestDatagram = 1500;
    private const int LinkPoll = 500;
    private const int LongestWait = 1000;

    // The board's address in the tunnel, and the AllowedIPs of the server: each prefix an address and its length.
    private static readonly byte[] _address = { 10, 99, 0, 2 };
    private static readonly byte[] _allowedIps = { 10, 99, 0, 0, 24 };

    /// <summary>Boots.</summary>
    public static void Main()
    {
        string failed = SelfTest.Run();
        if (failed != null)
        {
            Console.WriteLine(string.Concat("stopped: the self-test failed at ", failed));
            return;
        }

        // nanoFramework joins the Wi-Fi by itself. The chip's generator is good from then on.
        Console.WriteLine("waiting for the network");
        while (!NetworkInterface.GetIsNetworkAvailable() || IPGlobalProperties.GetIPAddress().Equals(IPAddress.Any))
        {
            Thread.Sleep(LinkPoll);
        }

        long now = Environment.TickCount64;
        UdpTransport transport = new UdpTransport(Port);
        SessionLog host = new SessionLog(BuildTime, now);
        Tunnel tunnel = new Tunnel(
            TunnelLimits.OnePeer(), Convert.FromBase64String(PrivateKey), transport, new ChipEntropy(), host);
        if (!AddServer(tunnel, now))
        {
            Console.WriteLine("stopped: the server's key is not valid");
            return;
        }

        Console.WriteLine("started");
        Run(tunnel, transport, host);
    }

    private static bool AddServer(Tunnel tunnel, long now)
    {
        Endpoint endpoint = new Endpoint();
        endpoint.SetIpv4(IPAddress.Parse(ServerAddress).GetAddressBytes(), 0, Port);
        byte[] presharedKey = PresharedKey == null ? null : Convert.FromBase64String(PresharedKey);
        Peer server = tunnel.AddPeer(Convert.FromBase64String(ServerKey), 0, presharedKey, endpoint, Keepalive, now);
        if (server == null)
        {
            return false;
        }

        AllowedIps allowed = new AllowedIps(1);
        allowed.Begin(_allowedIps);
        allowed.Add(0, false, server.Owner);
        allowed.Complete();
        tunnel.Routing = allowed;
        return true;
    }

    private static void Run(Tunnel tunnel, UdpTransport transport, SessionLog host)
    {
        byte[] buffer = new byte[LargestDatagram];
        Endpoint source = new Endpoint();
        bool hasClock = false;
        while (true)
        {
            long now = Environment.TickCount64;
            if (!hasClock && DateTime.UtcNow.Year >= BuildYear)
            {
                hasClock = true;
                host.SetWallClock(DateTime.UtcNow.ToUnixTimeSeconds() * 1000, now);
            }

            if (tunnel.NextDeadline <= now)
            {
                tunnel.Advance(now);
            }

            // Idle work leaves the deadline in the past: then this only looks whether a datagram is there.
            long wait = tunnel.NextDeadline - Environment.TickCount64;
            int length = transport.Receive(buffer, source, wait < 0 ? 0 : wait > LongestWait ? LongestWait : (int)wait);
            now = Environment.TickCount64;
            if (length > 0 && tunnel.Receive(buffer, 0, length, source, now) != null)
            {
                Handle(tunnel, buffer, tunnel.PacketStart, tunnel.PacketLength, now);
            }
        }
    }

    // Called for each inner packet. Its source address is one of the server's AllowedIPs: the tunnel has checked it.
    private static void Handle(Tunnel tunnel, byte[] buffer, int offset, int length, long now)
    {
        if (IpPacket.Version(buffer, offset) != 4)
        {
            return;
        }

        for (int i = 0; i < Ipv4.AddressSize; i++)
        {
            if (buffer[offset + Ipv4.DestinationOffset + i] != _address[i])
            {
                return;
            }
        }

        int reply = IcmpEcho.Reply(buffer, offset, length, buffer, offset);
        if (reply > 0)
        {
            tunnel.Send(buffer, offset, reply, now);
        }
    }
}
