using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>
/// Files of 0 to 4 blocks in windows of 1 to 3, each read and written, with each packet of the exchange lost, doubled,
/// swapped with those beside it, or delayed; and with any two of these.
/// </summary>
public class TftpFaultTests
{
    private const int BlockSize = 512;
    private const int MaxPackets = 40;

    private enum Fault
    {
        None,
        Lost,
        Doubled,
        Swapped,
        Delayed,
    }

    public static IEnumerable<object[]> Exchanges()
    {
        return from window in Enumerable.Range(1, 3)
            from size in Enumerable.Range(0, 4).SelectMany(b => new[] { b * BlockSize, (b * BlockSize) + 7 })
            from write in new[] { false, true }
            select new object[] { window, size, write };
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public void With_any_one_fault_the_file_arrives_whole(int window, int size, bool write)
    {
        int packets = Run(window, size, write, [], true);
        for (int i = 0; i < packets; i++)
        {
            foreach (Fault fault in Faults())
            {
                Run(window, size, write, new() { [i] = fault }, true);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public void With_any_two_faults_it_arrives_whole_or_ends_with_an_error(int window, int size, bool write)
    {
        int packets = Run(window, size, write, [], true) + 2;
        for (int i = 0; i < packets; i++)
        {
            for (int j = i + 1; j < packets; j++)
            {
                foreach (Fault first in Faults())
                {
                    foreach (Fault second in Faults())
                    {
                        Run(window, size, write, new() { [i] = first, [j] = second }, false);
                    }
                }
            }
        }
    }

    private static IEnumerable<Fault> Faults()
    {
        return Enum.GetValues<Fault>().Skip(1);
    }

    /// <returns>The number of packets that were sent.</returns>
    private static int Run(int window, int size, bool write, Dictionary<int, Fault> faults, bool mustArrive)
    {
        TftpWire wire = new() { Delay = 10 };
        TftpHost client = new(wire, 1, blockSize: BlockSize, window: window);
        TftpHost server = new(wire, 2, blockSize: BlockSize, window: window);
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        int sent = 0;
        wire.Filter = datagram =>
        {
            Assert.True(sent < MaxPackets, "packets without end");
            switch (faults.GetValueOrDefault(sent++))
            {
                case Fault.Lost:
                    return false;
                case Fault.Doubled:
                    wire.Inject(datagram);
                    return true;
                case Fault.Swapped:
                    wire.Inject(datagram, 1);
                    return false;
                case Fault.Delayed:
                    wire.Inject(datagram, 700);
                    return false;
                default:
                    return true;
            }
        };
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
        Assert.Equal(0, client.Files.StillOpen + server.Files.StillOpen);
        MemoryFiles receiver = write ? server.Files : client.Files;
        int result = Assert.Single(client.Files.Results).Result;
        if (mustArrive)
        {
            Assert.Equal(TftpResult.Ok, result);
        }

        if (result == TftpResult.Ok)
        {
            Assert.Equal(content, receiver.Written["file"]);
        }

        return sent;
    }
}
