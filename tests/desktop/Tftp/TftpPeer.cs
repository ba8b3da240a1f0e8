using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>A peer of a service, played by hand, packet by packet.</summary>
internal sealed class TftpPeer
{
    private readonly TftpWire _wire;
    private readonly TftpHost _host;

    public TftpPeer(TftpWire wire, TftpHost host, byte id, int port = 2000)
    {
        _wire = wire;
        _host = host;
        Address = TftpWire.AddressOf(id);
        Port = port;
        wire.Log ??= [];
    }

    public byte[] Address { get; }

    public int Port { get; set; }

    /// <summary>The service's port for the transfer, learned from its last answer.</summary>
    public int RemotePort { get; set; } = TftpPacket.Port;

    /// <summary>Whether the last packet was for the service.</summary>
    public bool WasTaken { get; private set; }

    public static byte[] Packet(int opcode, int number, params byte[] rest)
    {
        return [0, (byte)opcode, (byte)(number >> 8), (byte)number, .. rest];
    }

    public static byte[] Request(int opcode, string name, params string[] rest)
    {
        return
        [
            0,
            (byte)opcode,
            .. Encoding.Latin1.GetBytes(string.Concat(new[] { name, "octet" }.Concat(rest).Select(s => s + "\0"))),
        ];
    }

    public static byte[] OptionAcknowledgment(params string[] options)
    {
        return [0, 6, .. Encoding.Latin1.GetBytes(string.Concat(options.Select(s => s + "\0")))];
    }

    /// <summary>Sends a request to port 69.</summary>
    /// <returns>The answer as text, <see cref="Text"/>.</returns>
    public string Ask(int opcode, string name, params string[] options)
    {
        RemotePort = TftpPacket.Port;
        return Say(Request(opcode, name, options));
    }

    public string Acknowledge(int number)
    {
        return Say(Packet(TftpPacket.Acknowledgment, number));
    }

    public string Data(int number, int count)
    {
        return Say(Packet(TftpPacket.Data, number, new byte[count]));
    }

    /// <summary>Sends a packet to the transfer's port and tells what came back at once.</summary>
    public string Say(byte[] packet)
    {
        return Heard(() => WasTaken = _host.Service.Receive(
            packet, 0, packet.Length, Address, 0, Port, _host.Address, 0, RemotePort, _wire.Now));
    }

    /// <summary>Lets time pass and tells what the service sent meanwhile.</summary>
    public string After(long milliseconds)
    {
        return Heard(() => _wire.RunFor(milliseconds));
    }

    /// <summary>Tells what the service sends to this peer during an action.</summary>
    public string Heard(Action action)
    {
        int before = _wire.Log!.Count;
        action();
        List<Datagram> heard = [.. _wire.Log.Skip(before).Where(d => d.Destination.AsSpan().SequenceEqual(Address))];
        foreach (Datagram datagram in heard)
        {
            Assert.Equal(_host.Address, datagram.Source);
            RemotePort = datagram.SourcePort;
        }

        return string.Join(' ', heard.Select(Text));
    }

    /// <summary>
    /// A packet in short: "data 1 512", "ack 3", "error 1", "oack blksize 1368", "rrq head blksize 1368".
    /// </summary>
    private static string Text(Datagram datagram)
    {
        byte[] payload = datagram.Payload;
        string rest = Encoding.Latin1.GetString(payload.AsSpan(2)).TrimEnd('\0').Replace('\0', ' ');
        return datagram.Opcode switch
        {
            TftpPacket.ReadRequest => "rrq " + rest,
            TftpPacket.WriteRequest => "wrq " + rest,
            TftpPacket.Data => $"data {datagram.Number} {payload.Length - 4}",
            TftpPacket.Acknowledgment => $"ack {datagram.Number}",
            TftpPacket.Error => $"error {datagram.Number}",
            TftpPacket.OptionAcknowledgment => "oack " + rest,
            _ => throw new InvalidOperationException("no TFTP packet"),
        };
    }
}
