using System;
using System.Collections.Generic;
using System.IO;
using CsCheck;
using Microsoft.Win32.SafeHandles;
using Spore.Hostsim.Live.Serving;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Files as netascii, beside an encoder that has the whole file.</summary>
public sealed class NetasciiIndexTests : IDisposable
{
    // Most bytes of a text are no line ends, and the others stand beside each other in all ways.
    private static readonly Gen<byte> _character = Gen.Frequency(
        (4, Gen.Byte), (2, Gen.Const((byte)'\n')), (2, Gen.Const((byte)'\r')), (1, Gen.Const((byte)0)));

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Blocks_at_any_position_are_those_of_the_whole_encoded_file()
    {
        Gen<byte[]> text = Gen.OneOf(
            _character.Array[0, 300], _character.Array[4090, 4100], _character.Array[0, 20_000]);
        Gen.Select(text, Gen.Int[0, 50_000].Array[20], Gen.Int[1, 9000]).Sample(
            (bytes, positions, blockSize) =>
            {
                byte[] expected = Encode(bytes);
                File.WriteAllBytes(_path, bytes);
                using SafeFileHandle file = File.OpenHandle(_path);
                NetasciiIndex index = NetasciiIndex.Of(file, bytes.Length)!;
                Assert.Equal(expected.Length, index.Length);
                foreach (int any in positions)
                {
                    int position = any % (expected.Length + 1);
                    byte[] block = new byte[Math.Min(blockSize, expected.Length - position)];
                    Assert.True(index.TryRead(file, bytes.Length, position, block));
                    Assert.Equal(expected[position..(position + block.Length)], block);
                }
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public void Another_file_of_the_same_size_is_noticed()
    {
        byte[] bytes = new byte[10_000];
        File.WriteAllBytes(_path, bytes);
        using SafeFileHandle file = File.OpenHandle(_path, access: FileAccess.ReadWrite);
        NetasciiIndex index = NetasciiIndex.Of(file, bytes.Length)!;
        RandomAccess.Write(file, "\n"u8, 5000);
        Assert.True(index.TryRead(file, bytes.Length, 0, new byte[4096]));
        Assert.False(index.TryRead(file, bytes.Length, 4000, new byte[200]));
        RandomAccess.SetLength(file, 9_000);
        Assert.False(index.TryRead(file, bytes.Length, 9_000, new byte[100]));
        Assert.Null(NetasciiIndex.Of(file, 9_001));
    }

    private static byte[] Encode(byte[] text)
    {
        List<byte> encoded = [];
        foreach (byte value in text)
        {
            switch (value)
            {
                case (byte)'\n':
                    encoded.AddRange("\r\n"u8);
                    break;
                case (byte)'\r':
                    encoded.AddRange("\r\0"u8);
                    break;
                default:
                    encoded.Add(value);
                    break;
            }
        }

        return [.. encoded];
    }
}
