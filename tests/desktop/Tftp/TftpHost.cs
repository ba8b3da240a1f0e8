using System;
using Spore.Tftp;

namespace Spore.Tests.Tftp;

/// <summary>A service with an address on a <see cref="TftpWire"/>.</summary>
internal sealed class TftpHost : IUdpOutput
{
    private readonly TftpWire _wire;

    public TftpHost(
        TftpWire wire,
        byte id,
        int transfers = 4,
        int blockSize = 1368,
        int window = 1,
        int? receiveWindows = null)
    {
        _wire = wire;
        Address = TftpWire.AddressOf(id);
        Buffer = new byte[48 + 4 + Math.Max(blockSize, 512)];
        Service = new TftpService(
            transfers,
            Math.Min(blockSize, 1228),
            blockSize,
            window,
            receiveWindows ?? transfers * window,
            Files,
            this,
            new SeededEntropy(id));
        wire.Hosts.Add(this);
    }

    public byte[] Address { get; }

    public MemoryFiles Files { get; } = new();

    public TftpService Service { get; }

    public byte[] Buffer { get; }

    public int PayloadOffset => 48;

    public void SendUdp(
        byte[] source,
        int sourceOffset,
        int sourcePort,
        byte[] destination,
        int destinationOffset,
        int destinationPort,
        int payloadLength)
    {
        _wire.Send(
            new Datagram(
                source.AsSpan(sourceOffset, 16).ToArray(),
                sourcePort,
                destination.AsSpan(destinationOffset, 16).ToArray(),
                destinationPort,
                Buffer.AsSpan(PayloadOffset, payloadLength).ToArray()));
    }

    /// <summary>
    /// Reads a file of another; when it ends well it is in <see cref="MemoryFiles.Written"/> under its name.
    /// </summary>
    public TftpTransfer Read(TftpHost from, string name, int maxSize = int.MaxValue)
    {
        return Files.Started(
            Service.StartRead(Address, 0, from.Address, 0, name, Files.Add(name, []), maxSize, _wire.Now));
    }

    public TftpTransfer Write(TftpHost to, string name, byte[] content, bool wantsResponse = false)
    {
        return Files.Started(
            Service.StartWrite(
                Address,
                0,
                to.Address,
                0,
                name,
                Files.Add(name, content),
                content.Length,
                wantsResponse,
                _wire.Now));
    }
}
