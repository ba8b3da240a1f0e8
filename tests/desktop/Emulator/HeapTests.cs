using System;
using System.IO;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>The device's heap: sizes, what is reachable, and what doesn't fit.</summary>
public sealed unsafe class HeapTests : IDisposable
{
    private readonly DeviceProgram _program = new([DeviceCode.Tests]);
    private readonly Machine _machine;

    public HeapTests() => _machine = new Machine(_program, 100 * 1024, TextWriter.Null);

    public void Dispose()
    {
        _machine.Dispose();
        _program.Dispose();
    }

    [Theory]
    [InlineData(0, 24)]
    [InlineData(1, 24)]
    [InlineData(4, 24)]
    [InlineData(5, 36)]
    [InlineData(16, 36)]
    [InlineData(17, 48)]
    [InlineData(1500, 1524)]
    public void AnArrayOfBytesTakes20AndItsLengthInBlocksOf12(int length, int bytes)
    {
        long before = _machine.Memory.AllocatedBytes;
        _machine.NewBytes(new byte[length]);
        Assert.Equal(bytes, _machine.Memory.AllocatedBytes - before);
    }

    [Fact]
    public void AnObjectTakes12And12PerField()
    {
        long before = _machine.Memory.AllocatedBytes;
        _machine.NewObject("Spore.Crypto.Blake2s");
        int fields = _program.FindMethod("Spore.Crypto.Blake2s::.ctor", 0).Owner.Fields.Length;
        Assert.Contains(_machine.AllocationSites(), s => s.Method == "Spore.Crypto.Blake2s::.ctor");
        Assert.True(_machine.Memory.AllocatedBytes - before > 12 + (12 * fields));
        Assert.Equal(12, sizeof(HeapBlock));
    }

    [Fact]
    public void AStringTakesItsHeaderItsUtf8AndAZero()
    {
        long before = _machine.Memory.AllocatedBytes;
        HeapBlock* text = _machine.Memory.AllocateString("Grüße, all");
        Assert.Equal(36, _machine.Memory.AllocatedBytes - before);
        Assert.Equal("Grüße, all", _machine.Memory.TextOf(text));
    }

    [Fact]
    public void WhatIsNotKeptIsNotCountedAndItsRoomIsUsedAgain()
    {
        int live = _machine.Memory.MeasureLive();
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(_machine.Memory.Allocate(DataType.SzArray, 100) != null);
        }

        Assert.Equal(live, _machine.Memory.MeasureLive());
        Assert.True(_machine.Memory.Collections is > 5 and < 20, $"{_machine.Memory.Collections} collections");
    }

    [Fact]
    public void WhatIsKeptStaysWhole()
    {
        byte[] kept = new byte[5000];
        new Random(1).NextBytes(kept);
        HeapBlock reference = _machine.NewBytes(kept);
        for (int i = 0; i < 1000; i++)
        {
            HeapBlock* garbage = _machine.Memory.Allocate(DataType.SzArray, 300);
            new Span<byte>(garbage + 1, 299 * HeapBlock.Bytes).Fill(0xFF);
        }

        Assert.True(_machine.Memory.Collections > 0);
        Assert.Equal(kept, Machine.BytesOf(reference).ToArray());
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Assert.True(_machine.Memory.Allocate(DataType.SzArray, 100 * 1024 / 12) == null);
        Assert.True(_machine.Memory.Allocate(DataType.SzArray, 7000) != null);
    }

    [Fact]
    public void FramesWaitForTheNextCallOfTheirSizeUntilAnObjectNeedsTheirRoom()
    {
        int before = _machine.Memory.FrameBytes;
        HeapBlock* frame = _machine.Memory.AllocateFrame(17);
        Assert.Equal(before + (17 * 12), _machine.Memory.FrameBytes);
        _machine.Memory.ReleaseFrame(frame);
        Assert.Equal(before, _machine.Memory.FrameBytes);
        Assert.True(frame == _machine.Memory.AllocateFrame(17));

        HeapBlock* large = _machine.Memory.AllocateFrame(1000);
        _machine.Memory.ReleaseFrame(large);
        Assert.True(large == _machine.Memory.AllocateFrame(900), "a frame that is a tenth too large");
        Assert.True(large != _machine.Memory.AllocateFrame(50));
    }

    [Fact]
    public void ThePeakIsWhatWasReachableAtOnce()
    {
        _machine.Memory.ResetPeak();
        int start = _machine.Memory.Peak;
        for (int i = 0; i < 100; i++)
        {
            _machine.Memory.Allocate(DataType.SzArray, 100);
        }

        Assert.Equal(start + 1200, _machine.Memory.Peak);
    }
}
