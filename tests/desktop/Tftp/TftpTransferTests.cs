using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>Whole files between two services.</summary>
public class TftpTransferTests
{
    private static readonly int[] _sizes = [0, 1, 511, 512, 513, 1024, 1367, 1368, 1369, 1368 * 3, 10_000];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_arrives_whole(int size, bool write, bool options)
    {
        TftpWire wire = new();
        if (!options)
        {
            wire.Filter = WithoutOptions(wire);
        }

        byte[] content = Content(size);
        (TftpHost client, TftpHost server) = Transfer(wire, content, write);
        AssertArrived(client, server, content, write);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_file_arrives_whole_over_a_network_that_loses_repeats_and_reorders(int seed, bool write, bool options)
    {
        TftpWire wire = new(seed) { Loss = 0.15, Duplication = 0.1, Jitter = 400 };
        if (!options)
        {
            wire.Filter = WithoutOptions(wire);
        }

        byte[] content = Content(_sizes[seed % _sizes.Length]);
        (TftpHost client, TftpHost server) = Transfer(wire, content, write, window: 1 + (seed % 5));
        AssertArrived(client, server, content, write);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 64)]
    [InlineData(true, 64)]
    public void A_file_of_more_than_65535_blocks_arrives_whole(bool write, int window)
    {
        TftpWire wire = new() { Delay = 1 };
        byte[] content = Content((65536 + 10) * 8 + 3);
        (TftpHost client, TftpHost server) = Transfer(wire, content, write, blockSize: 8, window);
        AssertArrived(client, server, content, write);
    }

    [Theory]
    [InlineData(50, 0.01, 10)]
    [InlineData(10, 0, 8)]
    public void A_window_of_16_is_many_times_as_fast_as_one_block(int delay, double loss, int times)
    {
        Assert.True(Duration(1, delay, loss) >= times * Duration(16, delay, loss));
    }

    [Fact]
    public void A_file_of_one_block_takes_one_round_trip()
    {
        TftpWire wire = new() { Delay = 50 };
        TftpHost client = new(wire, 1);
        TftpHost server = new(wire, 2);
        server.Files.Readable["head"] = Content(144);
        long start = wire.Now;
        client.Read(server, "head", maxSize: 144);
        wire.RunUntil(() => client.Files.Written.Count != 0);
        Assert.Equal(100, wire.Now - start);
    }

    public static IEnumerable<object[]> Cases()
    {
        return from size in _sizes
            from write in new[] { false, true }
            from options in new[] { false, true }
            select new object[] { size, write, options };
    }

    public static IEnumerable<object[]> Seeds()
    {
        for (int seed = 0; seed < 48; seed++)
        {
            yield return [seed, seed / 12 % 2 == 0, seed / 24 % 2 == 0];
        }
    }

    // The time in ms that a megabyte takes, with the given delay each way.
    private static long Duration(int window, int delay, double loss)
    {
        TftpWire wire = new(7) { Delay = delay, Loss = loss };
        TftpHost client = new(wire, 1, window: window);
        TftpHost server = new(wire, 2, window: window);
        server.Files.Readable["file"] = Content(1_000_000);
        long start = wire.Now;
        client.Read(server, "file");
        wire.RunUntil(() => client.Files.Results.Count != 0);
        Assert.Equal(TftpResult.Ok, client.Files.Results.Single().Result);
        return wire.Now - start;
    }

    private static byte[] Content(int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        return content;
    }

    private static (TftpHost Client, TftpHost Server) Transfer(
        TftpWire wire, byte[] content, bool write, int blockSize = 1368, int window = 1)
    {
        TftpHost client = new(wire, 1, blockSize: blockSize, window: window);
        TftpHost server = new(wire, 2, window: window);
        if (write)
        {
            client.Write(server, "file", content);
        }
        else
        {
            server.Files.Readable["file"] = content;
            client.Read(server, "file");
        }

        wire.Run();
        return (client, server);
    }

    private static void AssertArrived(TftpHost client, TftpHost server, byte[] content, bool write)
    {
        TftpHost receiver = write ? server : client;
        Assert.Equal(content, receiver.Files.Written["file"]);
        (TftpTransfer _, int _, int result, int position) = Assert.Single(client.Files.Results);
        Assert.Equal(TftpResult.Ok, result);
        Assert.Equal(content.Length, position);
        Assert.Contains(server.Files.Results, r => r.Result == TftpResult.Ok);
        Assert.Equal(0, client.Files.StillOpen + server.Files.StillOpen);
    }

    /// <summary>Takes the options out of requests, as a server that knows none does.</summary>
    private static Func<Datagram, bool> WithoutOptions(TftpWire wire)
    {
        return datagram =>
        {
            if (datagram.Opcode is not (TftpPacket.ReadRequest or TftpPacket.WriteRequest))
            {
                return true;
            }

            TftpPacket.ParseRequest(datagram.Payload, 0, datagram.Payload.Length, out _, out _, out int options);
            wire.Inject(datagram with { Payload = datagram.Payload[..options] });
            return false;
        };
    }
}
