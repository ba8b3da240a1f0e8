using System;
using System.IO;
using System.Text.Json;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim get</c> and <c>put</c> with other people's servers, through a tunnel.</summary>
public class OtherServerTests
{
    private static readonly int[] _sizes = [0, 1, 511, 512, 513, 65535, 65536];

    [Theory]
    [InlineData(OtherServer.Hpa, 1)]
    [InlineData(OtherServer.Atftpd, 16)]
    public void Files_of_all_sizes_go_both_ways(string program, int window)
    {
        using Pair pair = new(OtherServer.Programs(program));
        (HostsimFiles files, string folder) = Start(pair, program);
        foreach (int size in _sizes)
        {
            byte[] content = Bytes(size);
            File.WriteAllBytes(Path.Combine(folder, "read"), content);
            Command get = files.Get("read", out byte[] bytes, "--json");
            Assert.True(get.ExitCode == 0, $"{size}: {get}");
            Assert.Equal(content, bytes);
            JsonElement report = JsonDocument.Parse(get.Output).RootElement;
            Assert.Equal(size, report.GetProperty("bytes").GetInt32());
            Assert.Equal(window, report.GetProperty("window").GetInt32());

            Command put = files.Put($"written{size}", content);
            Assert.True(put.ExitCode == 0, $"{size}: {put}");
            Wait.UntilHolds(Path.Combine(folder, $"written{size}"), content, put.ToString());
        }

        Command none = files.Get("none", out _);
        Assert.Equal(1, none.ExitCode);
        Assert.Contains(" answered with error 1 (file not found)", none.Error);
    }

    [Theory]
    [InlineData(OtherServer.Hpa)]
    [InlineData(OtherServer.Atftpd)]
    public void Block_sizes_and_windows_are_agreed(string program)
    {
        using Pair pair = new(OtherServer.Programs(program));
        (HostsimFiles files, string folder) = Start(pair, program);
        byte[] content = Bytes(20_000);
        File.WriteAllBytes(Path.Combine(folder, "read"), content);
        foreach ((int blockSize, int window) in new[] { (8, 64), (64, 64), (512, 1), (513, 3), (1368, 1), (1368, 64) })
        {
            string[] options = ["--blksize", $"{blockSize}", "--window", $"{window}", "--json"];
            Command get = files.Get("read", out byte[] bytes, options);
            Assert.True(get.ExitCode == 0, get.ToString());
            Assert.Equal(content, bytes);
            AssertAgreed(get);

            Command put = files.Put($"written{blockSize}-{window}", content, options);
            Assert.True(put.ExitCode == 0, put.ToString());
            Wait.UntilHolds(Path.Combine(folder, $"written{blockSize}-{window}"), content, put.ToString());
            AssertAgreed(put);

            void AssertAgreed(Command command)
            {
                // atftpd refuses a block in which its own acknowledgment of options finds no place. Our second request
                // has no options.
                bool isRefused = program == OtherServer.Atftpd && blockSize == 8;
                JsonElement report = JsonDocument.Parse(command.Output).RootElement;
                Assert.Equal(
                    isRefused ? (512, 1) : (blockSize, program == OtherServer.Hpa ? 1 : window),
                    (report.GetProperty("blksize").GetInt32(), report.GetProperty("window").GetInt32()));
            }
        }
    }

    [Theory]
    [InlineData(OtherServer.Hpa)]
    [InlineData(OtherServer.Atftpd)]
    public void A_member_of_its_own_reads_and_writes(string program)
    {
        using Pair pair = new(OtherServer.Programs(program));
        string folder = new OtherServer(pair.Lab, pair.Stock, program).Folder;
        string[] node = pair.CommandLine();
        string identity = node[Array.IndexOf(node, "--identity") + 1];
        string network = node[Array.IndexOf(node, "--network") + 1];
        pair.Stock.AddPeer(pair.Self);
        HostsimFiles files = new(
            pair.Lab,
            pair.Ours,
            "--peer",
            $"member-{pair.Stock.Self.Number}",
            "--network",
            network,
            "--identity",
            identity,
            "--endpoint",
            Wire.Endpoint(2));
        byte[] content = Bytes(65536);
        File.WriteAllBytes(Path.Combine(folder, "read"), content);
        Command get = files.Get("read", out byte[] bytes);
        Assert.True(get.ExitCode == 0, get.ToString());
        Assert.Equal(content, bytes);
        Command put = files.Put("written", content);
        Assert.True(put.ExitCode == 0, put.ToString());
        Wait.UntilHolds(Path.Combine(folder, "written"), content, put.ToString());
    }

    [Theory]
    [InlineData(OtherServer.Hpa)]
    [InlineData(OtherServer.Atftpd)]
    public void Files_arrive_where_every_fifth_datagram_is_lost(string program)
    {
        using Pair pair = new([.. OtherServer.Programs(program), "nft"]);
        (HostsimFiles files, string folder) = Start(pair, program);
        byte[] content = Bytes(16_000);
        File.WriteAllBytes(Path.Combine(folder, "read"), content);
        Assert.Equal(0, files.Get("read", out _).ExitCode);
        pair.Ours.Nft(
            """
            table inet loss {
                chain in {
                    type filter hook input priority 0
                    iifname eth0 udp dport 51820 numgen random mod 5 == 0 drop
                }
                chain out {
                    type filter hook output priority 0
                    oifname eth0 udp sport 51820 numgen random mod 5 == 0 drop
                }
            }
            """);
        Command get = files.Get("read", out byte[] bytes, "--window", "4");
        Assert.True(get.ExitCode == 0, get.ToString());
        Assert.Equal(content, bytes);

        // A server that does not wait for long is gone when its last acknowledgment is lost. It has the file then.
        Command put = files.Put("written", content, "--window", "4");
        Assert.True(
            put.ExitCode == 0 || put.Error.TrimEnd().EndsWith("bytes (port unreachable)", StringComparison.Ordinal),
            put.ToString());
        Wait.UntilHolds(Path.Combine(folder, "written"), content, put.ToString());
    }

    private static byte[] Bytes(int size)
    {
        byte[] bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static (HostsimFiles Files, string Folder) Start(Pair pair, string program)
    {
        string folder = new OtherServer(pair.Lab, pair.Stock, program).Folder;
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        pair.Start(true, Wire.Endpoint(2));
        return (new HostsimFiles(pair.Lab, pair.Ours, "--peer", KeyText.Format(pair.Stock.Self.Key)), folder);
    }
}
