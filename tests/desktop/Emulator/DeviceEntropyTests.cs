using System;
using System.IO;
using System.Linq;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>
/// The firmware's source of chance: each of its inputs counts, also where the chip's generator gives nothing but zeros.
/// </summary>
public class DeviceEntropyTests
{
    private const string Type = "Spore.Firmware.DeviceEntropy";

    [Fact]
    public void TheSameInputsGiveTheSame() => Assert.Equal(Fill(1, 1000, 0), Fill(1, 1000, 0));

    [Fact]
    public void TheNodesKeyCounts() => Assert.NotEqual(Fill(1, 1000, 0), Fill(2, 1000, 0));

    [Fact]
    public void TheMicrosecondOfADatagramCounts() => Assert.NotEqual(Fill(1, 1000, 0), Fill(1, 1001, 0));

    [Fact]
    public void TheChipsGeneratorCounts() => Assert.NotEqual(Fill(1, 1000, 0), Fill(1, 1000, 1));

    [Fact]
    public void NothingIsGivenTwice()
    {
        byte[] bytes = Fill(1, 1000, 0);
        Assert.DoesNotContain(bytes.Chunk(8), c => c.All(b => b == 0));
        Assert.Equal(bytes.Length / 8, bytes.Chunk(8).Select(Convert.ToHexString).Distinct().Count());
    }

    // What ten requests for 8 bytes and two for 32 give; the only datagram comes at a time.
    private static byte[] Fill(byte identity, long arrival, byte chip)
    {
        using DeviceProgram program = new([DeviceCode.Firmware]);
        using Surroundings surroundings = new() { Fill = bytes => Array.Fill(bytes, chip) };
        using Machine machine = new(program, 50 * 1024, TextWriter.Null, surroundings);
        machine.Start();
        HeapBlock entropy = machine.NewObject(Type, machine.NewBytes([.. Enumerable.Repeat(identity, 84)]));
        HeapBlock buffer = machine.NewBytes(new byte[144]);
        DeviceMethod fill = program.FindMethod($"{Type}::Fill");
        surroundings.Clock.SkipTo(1_000_000 + arrival);
        machine.Call(program.FindMethod($"{Type}::Stir"), entropy);
        surroundings.Clock.SkipTo(2_000_000);
        for (int i = 0; i < 12; i++)
        {
            machine.Call(
                fill,
                entropy,
                buffer,
                Machine.Int(i < 10 ? 8 * i : 80 + (32 * (i - 10))),
                Machine.Int(i < 10 ? 8 : 32));
        }

        return Machine.BytesOf(buffer).ToArray();
    }
}
