using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>
/// Two services under way, and a third party that knows addresses and ports and sends them whatever it likes.
/// </summary>
public class TftpFuzzTests
{
    private static readonly string[] _words =
        [
            "file", "head", "octet", "OCTET", "netascii", "blksize", "timeout", "tsize", "windowsize", "response",
            "response/0123456789abcdef", "0", "1", "8",
            "512", "1368", "70000", "-1", "",
        ];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_comes_nothing_throws_and_each_transfer_closes_once(int seed)
    {
        Random random = new(seed);
        TftpWire wire = new(seed) { Loss = 0.05, Duplication = 0.1, Jitter = 50 };
        TftpHost[] hosts =
        [
            new(wire, 1, transfers: 1 + (seed % 5), window: 1 + (seed % 4)),
            new(wire, 2, blockSize: 64, window: 3),
        ];
        int[] results =
            [TftpResult.Ok, TftpResult.Ok, TftpResult.Ok, TftpResult.Ok, TftpResult.Wait, TftpError.AccessViolation];
        foreach (TftpHost host in hosts)
        {
            host.Files.Readable["file"] = new byte[3000];
            host.Files.Readable["head"] = new byte[144];
            host.Files.OnWrite = (_, _) => results[random.Next(results.Length)];
            host.Files.OnOpen = (_, _) => random.Next(10) == 0 ? TftpError.FileNotFound : TftpResult.Ok;
        }

        for (int step = 0; step < 1500; step++)
        {
            TftpHost host = hosts[random.Next(2)];
            TftpHost other = hosts[0] == host ? hosts[1] : hosts[0];
            switch (random.Next(20))
            {
                case 0:
                    TftpTransfer? started = random.Next(2) == 0
                        ? host.Service.StartRead(
                            host.Address,
                            0,
                            other.Address,
                            0,
                            "file",
                            host.Files.Add("file", []),
                            random.Next(6000),
                            wire.Now)
                        : host.Service.StartWrite(
                            host.Address,
                            0,
                            other.Address,
                            0,
                            "head",
                            host.Files.Add("head", new byte[700]),
                            700,
                            random.Next(4) == 0,
                            wire.Now);
                    if (started != null)
                    {
                        host.Files.Started(started);
                    }

                    break;
                case 1:
                    TftpTransfer transfer = host.Service.At(random.Next(host.Service.Capacity));
                    if (transfer.IsWaiting)
                    {
                        host.Service.Resume(transfer, results[random.Next(results.Length)], wire.Now);
                    }
                    else if (random.Next(4) == 0)
                    {
                        host.Service.Abort(transfer, random.Next(-5, 9));
                    }

                    break;
                case 2:
                    wire.RunFor(random.Next(3000));
                    break;
                case 3 when random.Next(4) == 0:
                    host.Service.AbortRemote(other.Address, 0);
                    break;
                case 4 when random.Next(4) == 0:
                    host.Service.PortUnreachable(PortOf(host, random), other.Address, 0, PortOf(other, random));
                    break;
                default:
                    byte[] packet = RandomPacket(random);
                    int to = random.Next(3) == 0 ? TftpPacket.Port : PortOf(host, random);
                    host.Service.Receive(
                        packet,
                        0,
                        packet.Length,
                        other.Address,
                        0,
                        PortOf(other, random),
                        host.Address,
                        0,
                        to,
                        wire.Now);
                    break;
            }

            wire.RunFor(random.Next(30));
            foreach (TftpHost each in hosts)
            {
                IEnumerable<TftpTransfer> active = Enumerable.Range(0, each.Service.Capacity)
                    .Select(each.Service.At)
                    .Where(t => t.IsActive);
                Assert.Equal(each.Files.StillOpen, active.Count());
            }
        }

        foreach (TftpHost host in hosts)
        {
            host.Service.AbortRemote(hosts[0].Address, 0);
            host.Service.AbortRemote(hosts[1].Address, 0);
            Assert.Equal(0, host.Files.StillOpen);
            Assert.Equal(host.Files.Opened, host.Files.Results.Count);
            Assert.Equal(long.MaxValue, host.Service.NextDeadline);
            Assert.InRange(host.Files.Opened, 20, int.MaxValue);
        }
    }

    public static IEnumerable<object[]> Seeds()
    {
        return Enumerable.Range(0, 30).Select(seed => new object[] { seed });
    }

    /// <summary>Mostly a port that a transfer has.</summary>
    private static int PortOf(TftpHost host, Random random)
    {
        return random.Next(10) == 0
            ? random.Next(65536)
            : host.Service.At(random.Next(host.Service.Capacity)).LocalPort;
    }

    private static byte[] RandomPacket(Random random)
    {
        byte[] rest = new byte[random.Next(4) == 0 ? random.Next(1500) : random.Next(80)];
        random.NextBytes(rest);
        int opcode = random.Next(8);
        if (opcode is 1 or 2 or 6 && random.Next(5) != 0)
        {
            string text = string.Concat(
                Enumerable.Range(0, random.Next(9)).Select(_ => _words[random.Next(_words.Length)] + "\0"));
            rest = Encoding.Latin1.GetBytes(
                (opcode == 6 ? "" : random.Next(2) == 0 ? "file\0octet\0" : "head\0octet\0") + text);
        }
        else if (rest.Length >= 2 && random.Next(5) != 0)
        {
            rest[0] = 0;
            rest[1] = (byte)random.Next(8);
        }

        byte[] packet = [0, (byte)opcode, .. rest];
        return random.Next(10) == 0 ? packet[..random.Next(packet.Length)] : packet;
    }
}
