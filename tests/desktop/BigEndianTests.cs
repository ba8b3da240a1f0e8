using System.Buffers.Binary;
using CsCheck;
using Spore.Base;
using Xunit;

namespace Spore.Tests;

public class BigEndianTests
{
    [Fact]
    public void Reads_and_writes_agree_with_the_runtime_at_any_offset()
    {
        Gen.Select(Gen.Byte.Array[8, 16], Gen.Int[0, 8])
            .Where(t => t.Item1.Length - t.Item2 >= 8)
            .Sample((bytes, offset) =>
            {
                Assert.Equal(
                    BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]), BigEndian.ReadUInt16(bytes, offset));
                Assert.Equal(
                    BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]), BigEndian.ReadUInt32(bytes, offset));
                Assert.Equal(
                    BinaryPrimitives.ReadUInt64BigEndian(bytes[offset..]), BigEndian.ReadUInt64(bytes, offset));

                byte[] copy = (byte[])bytes.Clone();
                BigEndian.WriteUInt16(copy, offset, BigEndian.ReadUInt16(bytes, offset));
                BigEndian.WriteUInt32(copy, offset, BigEndian.ReadUInt32(bytes, offset));
                BigEndian.WriteUInt64(copy, offset, BigEndian.ReadUInt64(bytes, offset));
                Assert.Equal(bytes, copy);
            });
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(0x0102030405060708UL)]
    [InlineData(0x8000000080000000UL)]
    [InlineData(0xFFFFFFFFFFFFFFFFUL)]
    public void Writes_every_byte(ulong value)
    {
        byte[] expected = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(expected, value);
        byte[] written = new byte[8];
        BigEndian.WriteUInt64(written, 0, value);
        Assert.Equal(expected, written);

        BigEndian.WriteUInt32(written, 0, 0);
        BigEndian.WriteUInt32(written, 4, (long)(value & 0xFFFFFFFF));
        Assert.Equal(value & 0xFFFFFFFF, BigEndian.ReadUInt64(written, 0));
    }
}
