using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading;

namespace Spore.Hostsim.Diagnosis;

/// <summary>
/// What this machine's system tells of the way to a peer. It changes nothing, and sends a few datagrams.
/// </summary>
internal static partial class HostFacts
{
    private const int EchoHeaders = 48;
    private const int EchoTries = 3;
    private const int EchoPatience = 1000;
    private const int SmallestMtu = 1280;
    private const int SmallEcho = 32;

    // In milliseconds: a neighbour that does not exist is reported after 3 s.
    private const int ProbePatience = 3500;

    // adjtimex(2): struct timex has 208 bytes on 64-bit Linux. Its result 5 means "not synchronized".
    private const int TimexSize = 208;
    private const int NotSynchronized = 5;

    /// <summary>Sends a datagram that no node answers, and waits for what the network reports of it.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <returns>What was reported.</returns>
    public static ProbeResult Probe(IPEndPoint endpoint)
    {
        try
        {
            using Socket socket = new(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(endpoint);
            socket.Send([0]);
            socket.ReceiveTimeout = ProbePatience;
            socket.Receive(new byte[1]);
            return ProbeResult.Silent;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.TimedOut or SocketError.WouldBlock => ProbeResult.Silent,
                SocketError.ConnectionRefused or SocketError.ConnectionReset => ProbeResult.PortUnreachable,
                SocketError.HostUnreachable or SocketError.HostDown => ProbeResult.HostUnreachable,
                SocketError.AccessDenied => ProbeResult.NotPermitted,
                _ => ProbeResult.NoRoute,
            };
        }
    }

    /// <summary>Looks at nftables for what drops datagrams between this machine's node and an endpoint.</summary>
    /// <param name="port">The port of the node.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <returns>The rules; null where this user may not look, or there is no <c>nft</c>.</returns>
    public static IReadOnlyList<string>? DroppingRules(int port, IPEndPoint endpoint)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return null;
        }

        try
        {
            ProcessStartInfo start = new("nft", ["-j", "list", "ruleset"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process nft = Process.Start(start)!;
            nft.ErrorDataReceived += (_, _) => { };
            nft.BeginErrorReadLine();
            string text = nft.StandardOutput.ReadToEnd();
            nft.WaitForExit();
            using JsonDocument json = JsonDocument.Parse(text);
            return new FirewallRules(json).Dropping(port, endpoint);
        }
        catch (Exception exception) when (exception is Win32Exception
            or JsonException
            or KeyNotFoundException
            or InvalidOperationException
            or FormatException)
        {
            // It is not installed, or an old one that can't write JSON, or a newer one that writes other JSON.
            return null;
        }
    }

    /// <summary>Finds by echoes how large packets to a peer may be.</summary>
    /// <param name="address">The peer's address in the tunnel, with the number of the interface.</param>
    /// <param name="mtu">The MTU of the interface in bytes.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>
    /// The round trip in milliseconds, null where not even a small packet comes back, or this user may not send echoes;
    /// and the largest MTU that passes.
    /// </returns>
    public static (double? RoundTrip, int LargestMtu) Echo(IPAddress address, int mtu, CancellationToken cancel)
    {
        if (!Environment.IsPrivilegedProcess || !TryEcho(address, SmallEcho, out double time, cancel))
        {
            return (null, 0);
        }

        if (TryEcho(address, mtu - EchoHeaders, out _, cancel))
        {
            return (time, mtu);
        }

        int low = SmallestMtu;
        if (!TryEcho(address, low - EchoHeaders, out _, cancel))
        {
            return (time, 0);
        }

        for (int high = mtu - 1; low < high;)
        {
            int middle = (low + high + 1) / 2;
            if (TryEcho(address, middle - EchoHeaders, out _, cancel))
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return (time, low);
    }

    /// <summary>Whether the kernel calls its clock synchronized.</summary>
    /// <returns>Null where it does not say.</returns>
    public static bool? IsClockSynchronized()
    {
        if (!OperatingSystem.IsLinux() || IntPtr.Size != sizeof(long))
        {
            return null;
        }

        int state = AdjustTime(new byte[TimexSize]);
        return state < 0 ? null : state != NotSynchronized;
    }

    private static bool TryEcho(IPAddress address, int size, out double time, CancellationToken cancel)
    {
        using Ping ping = new();
        for (int i = 0; i < EchoTries && !cancel.IsCancellationRequested; i++)
        {
            try
            {
                PingReply reply = ping.Send(address, EchoPatience, new byte[size]);
                if (reply.Status == IPStatus.Success)
                {
                    time = reply.RoundtripTime;
                    return true;
                }
            }
            catch (PingException)
            {
                // It could not be sent, as a packet that was too large for an earlier route.
            }
        }

        time = 0;
        return false;
    }

    // adjtimex(2) with no mode set changes nothing.
    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjustTime(byte[] timex);
}
