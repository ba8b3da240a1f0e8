using System;
using System.Buffers.Binary;
using System.Net;
using Spore.Base;
using Spore.Emulator;
using Spore.Tests.WireGuard;

namespace Spore.Tests.Emulator;

/// <summary>The model of a stock peer on the wire of an emulated device, in the device's time.</summary>
internal sealed class StockServer : IWirePeer
{
    private const long Millisecond = 1_000;

    private readonly MemoryWire _wire;
    private readonly IPEndPoint _at;
    private long _now;

    public StockServer(MemoryWire wire, IPEndPoint at, StockEnd end)
    {
        _wire = wire;
        _at = at;
        End = end;
        End.Now = 0;
        End.Wire = Send;
        wire.Attach(at, this);
    }

    public StockEnd End { get; }

    public long NextDue =>
        End.NextDue > DeviceClock.Never / Millisecond
            ? DeviceClock.Never
            : Math.Max(End.NextDue * Millisecond, _now + Millisecond);

    public void Advance(long now)
    {
        SetTime(now);
        End.Advance();
    }

    public void Receive(Datagram datagram, long now)
    {
        SetTime(now);
        Endpoint source = new();
        source.SetIpv4(datagram.From.Address.GetAddressBytes(), 0, datagram.From.Port);
        End.Receive(datagram.Bytes, source);
    }

    public void Send(byte[] packet, long now)
    {
        SetTime(now);
        End.Send(packet);
    }

    private void SetTime(long now)
    {
        _now = now;
        End.Now = now / Millisecond;
    }

    private void Send(byte[] bytes, Endpoint to)
    {
        IPEndPoint there = new(new IPAddress(BinaryPrimitives.ReverseEndianness((uint)to.AddressLow)), to.Port);
        _wire.Send(new Datagram(_at, there, bytes), _now);
    }
}
