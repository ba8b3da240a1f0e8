using System.Linq;
using System.Text;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>Records are written into a program's flash, and read as the program reads them.</summary>
public class FlashRecordsTests
{
    private const string Source = """
        using System;
        static class P
        {
            public static readonly byte[] Identity = { 83, 80, 79, 82, 69, 73, 68, 49, IDENTITY };
            public static readonly byte[] Rendezvous = { 83, 80, 79, 82, 69, 82, 86, 49, RENDEZVOUS };
            public static readonly byte[] Magic = { 83, 80, 79, 82, 69, 73, 68, 49 };
            static void Main()
            {
                Console.WriteLine(Identity[0].ToString()); Console.WriteLine(Identity[83].ToString());
                Console.WriteLine(Rendezvous[8].ToString()); Console.WriteLine(Rendezvous[71].ToString());
                Console.WriteLine(Magic[7].ToString());
            }
        }
        """;

    private static string Program(int identity, int rendezvous) =>
        Source.Replace("IDENTITY", Zeros(identity)).Replace("RENDEZVOUS", Zeros(rendezvous));

    private static string Zeros(int count) => string.Join(", ", Enumerable.Repeat("0", count));

    [Fact]
    public void WhatIsWrittenIsWhatTheProgramReads()
    {
        using SmallProgram program = new(Program(76, 64));
        FlashRecords.WriteIdentity(program.Device.Program, [.. Enumerable.Repeat((byte)7, 84)]);
        FlashRecords.WriteRendezvous(program.Device.Program, "A:1");
        Assert.Equal(RunState.Ended, program.Device.RunFor(1));
        Assert.Equal(["7", "7", "65", "0", "49"], program.Lines);
    }

    [Fact]
    public void UntouchedItIsWhatWasCompiled()
    {
        using SmallProgram program = new(Program(76, 64));
        Assert.Equal(RunState.Ended, program.Device.RunFor(1));
        Assert.Equal(["83", "0", "0", "0", "49"], program.Lines);
    }

    [Fact]
    public void AProgramWithoutAPlaceForARecordIsRefused()
    {
        using SmallProgram program = new(Program(75, 63));
        Assert.Contains(
            "no array",
            Assert.Throws<ProgramException>(
                () => FlashRecords.WriteIdentity(program.Device.Program, new byte[84])).Message);
        Assert.Contains(
            "no array",
            Assert.Throws<ProgramException>(() => FlashRecords.WriteRendezvous(program.Device.Program, "a:1")).Message);
    }

    [Fact]
    public void ARecordOfAnotherSizeIsRefused()
    {
        using SmallProgram program = new(Program(76, 64));
        Assert.Throws<ProgramException>(
            () => FlashRecords.WriteIdentity(program.Device.Program, Encoding.ASCII.GetBytes("SPOREID1")));
        Assert.Throws<ProgramException>(
            () => FlashRecords.WriteRendezvous(program.Device.Program, new string('x', 65)));
    }
}
