using System;
using Spore.Base;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>The core takes no memory after construction.</summary>
[Collection(Alone.Name)]
public class TftpAllocationTests
{
    private const int Packets = 10_000;

    [Fact]
    public void Ten_thousand_packets_and_their_timers_allocate_nothing()
    {
        Pipe a = new(1);
        Pipe b = new(2);
        a.Other = b;
        b.Other = a;
        long before = 0;

        // The first round warms up, and what it compiles is not the core's.
        for (int round = 0; round < 2; round++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            long now = round * 100_000_000L;
            a.Sent = b.Sent = 0;
            for (int i = 0; a.Sent + b.Sent < Packets; i++)
            {
                switch (i % 4)
                {
                    case 0:
                        a.Service.StartRead(a.Address, 0, b.Address, 0, a.Name, 0, 5000, now);
                        break;
                    case 1:
                        a.Service.StartWrite(a.Address, 0, b.Address, 0, a.Name, 0, 5000, false, now);
                        break;
                    case 2:
                        b.Service.StartRead(b.Address, 0, a.Address, 0, "fil", 0, 5000, now);
                        break;
                    default:
                        b.Service.StartRead(b.Address, 0, a.Address, 0, a.Name, 0, 100, now);
                        break;
                }

                for (int hops = 0; hops < 40; hops++)
                {
                    // Some are lost, so that timers fire.
                    a.Forward(now, i % 5 == 0 && hops == 4);
                    b.Forward(now, i % 7 == 0 && hops == 3);
                    a.Service.Advance(now);
                    b.Service.Advance(now);
                    now += 100;
                }

                a.Service.AbortRemote(b.Address, 0);
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(a.Count + b.Count, 1000, int.MaxValue);
    }

    /// <summary>A service whose datagrams wait in one buffer for the other side: it must not allocate either.</summary>
    private sealed class Pipe : IUdpOutput, ITftpFiles, IEntropy
    {
        private readonly byte[] _packet = new byte[2000];
        private readonly byte[] _source = new byte[16];
        private readonly byte[] _destination = new byte[16];
        private int _length = -1;
        private int _sourcePort;
        private int _destinationPort;
        private byte _next;

        public Pipe(byte id)
        {
            Address = TftpWire.AddressOf(id);
            Service = new TftpService(4, 1228, 1368, 4, 16, this, this, this);
        }

        public TftpService Service { get; }

        public byte[] Address { get; }

        public string Name { get; } = "file";

        public Pipe? Other { get; set; }

        public int Sent { get; set; }

        public int Count { get; private set; }

        public byte[] Buffer { get; } = new byte[2000];

        public int PayloadOffset => 100;

        public void SendUdp(
            byte[] source,
            int sourceOffset,
            int sourcePort,
            byte[] destination,
            int destinationOffset,
            int destinationPort,
            int payloadLength)
        {
            Array.Copy(Buffer, PayloadOffset, _packet, 0, payloadLength);
            Array.Copy(source, sourceOffset, _source, 0, 16);
            Array.Copy(destination, destinationOffset, _destination, 0, 16);
            _length = payloadLength;
            _sourcePort = sourcePort;
            _destinationPort = destinationPort;
            Sent++;
        }

        public void Forward(long now, bool isLost)
        {
            if (_length >= 0 && !isLost)
            {
                int length = _length;
                _length = -1;
                Other!.Service.Receive(
                    _packet, 0, length, _source, 0, _sourcePort, _destination, 0, _destinationPort, now);
            }

            _length = -1;
        }

        public int OpenRead(TftpTransfer transfer, byte[] name, int offset, int length)
        {
            transfer.Size = 4000;
            return length == 4 ? TftpResult.Ok : TftpError.FileNotFound;
        }

        public int OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length)
        {
            return TftpResult.Ok;
        }

        public void Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
        {
            Array.Clear(buffer, offset, count);
        }

        public int Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last)
        {
            return TftpResult.Ok;
        }

        public void Closed(TftpTransfer transfer, int result)
        {
            Count++;
        }

        public void Fill(byte[] buffer, int offset, int length)
        {
            for (int i = 0; i < length; i++)
            {
                buffer[offset + i] = _next++;
            }
        }
    }
}
