using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Stock TFTP clients through the tunnel of a stock node, against the folder that our node serves.</summary>
public class OtherClientTests
{
    private static readonly int[] _sizes = [0, 1, 511, 512, 513, 65_535, 65_536];

    [Theory]
    [InlineData("tftp")]
    [InlineData("atftp")]
    [InlineData("busybox")]
    [InlineData("curl")]
    public void Files_of_every_size_go_each_way_with_every_combination_of_options(string name)
    {
        using Pair pair = new(name);
        OtherClient program = Start(pair, name, out string folder);
        foreach (int size in _sizes)
        {
            byte[] content = RandomNumberGenerator.GetBytes(size);
            File.WriteAllBytes(Path.Combine(folder, "read"), content);
            foreach (string[] options in program.Options())
            {
                (byte[]? read, Command command) = program.Read("files/read", options);
                Assert.True(content.AsSpan().SequenceEqual(read), $"{size} bytes\n{command}");
                string written = Path.Combine(folder, "written");
                File.Delete(written);
                command = program.Write("files/written", content, options);
                Wait.UntilHolds(written, content, command.ToString());
            }
        }
    }

    [Theory]
    [InlineData("tftp", 3_000)]
    [InlineData("atftp", 16_000)]
    [InlineData("busybox", 16_000)]
    [InlineData("curl", 3_000)]
    public void A_file_goes_each_way_through_the_loss_of_one_datagram_in_five(string name, int size)
    {
        using Pair pair = new("nft", name);
        OtherClient program = Start(pair, name, out string folder);
        Firewall.Lose(pair.Ours, 20);
        Firewall.Lose(pair.Stock.Machine, 20);
        byte[] content = RandomNumberGenerator.GetBytes(size);
        File.WriteAllBytes(Path.Combine(folder, "read"), content);

        // At times a packet is lost as often as it is sent, and then the transfer too. tftp and curl wait five seconds
        // for each lost packet.
        string[] options = program.Options().Last();
        Assert.Contains(Enumerable.Range(0, 5), _ => program.Read("files/read", options).Content is { } read
            && content.AsSpan().SequenceEqual(read));
        string written = Path.Combine(folder, "written");
        Assert.Contains(
            Enumerable.Range(0, 5),
            _ => program.Write("files/written", content, options).ExitCode == 0 || File.Exists(written));
        Wait.UntilHolds(written, content, "any of five attempts");
    }

    [Fact]
    public void Forty_megabytes_roll_over_the_block_number_each_way()
    {
        using Pair pair = new("curl");
        OtherClient program = Start(pair, "curl", out string folder, 300);
        byte[] content = RandomNumberGenerator.GetBytes(40_000_000);
        File.WriteAllBytes(Path.Combine(folder, "read"), content);
        (byte[]? read, Command command) = program.Read("files/read", "--tftp-blksize", "512");
        Assert.True(content.AsSpan().SequenceEqual(read), command.ToString());
        command = program.Write("files/written", content, "--tftp-blksize", "512");
        Assert.True(command.ExitCode == 0, command.ToString());
        Wait.UntilHolds(Path.Combine(folder, "written"), content, command.ToString());
    }

    private static OtherClient Start(Pair pair, string name, out string folder, int patience = 55)
    {
        folder = Path.Combine(pair.Lab.Folder, "served");
        Directory.CreateDirectory(folder);
        SporeNode spore = pair.Start(true, null, "--serve", folder, "--writable");
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        Ping.IsAnswered(pair.Stock.Machine, pair.Stock.Scoped(spore.Self));
        return new OtherClient(pair.Lab, pair.Stock, pair.Self, name) { Patience = patience };
    }
}
