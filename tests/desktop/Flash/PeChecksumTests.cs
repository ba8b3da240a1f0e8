using System;
using System.Buffers.Binary;
using System.Linq;
using System.Text;
using CsCheck;
using Spore.Flash;
using Xunit;

namespace Spore.Tests.Flash;

public class PeChecksumTests
{
    // Computed with zlib's CRC-32, which has the same polynomial, by reversing the bits of what goes in and comes out.
    [Theory]
    [InlineData("", 0)]
    [InlineData("\u0000", 0)]
    [InlineData("\u0001", 0x04C11DB7)]
    [InlineData("NFMRK1", 0x6E76761C)]
    [InlineData("123456789", 0x89A1897F)]
    public void It_is_what_another_implementation_computes(string text, uint expected)
    {
        Assert.Equal(expected, PeChecksum.Compute(Encoding.ASCII.GetBytes(text)));
    }

    [Fact]
    public void Of_all_bytes_it_is_what_another_implementation_computes()
    {
        Assert.Equal(0xAC148725, PeChecksum.Compute([.. Enumerable.Range(0, 256).Select(i => (byte)i)]));
    }

    [Fact]
    public void It_is_a_remainder_of_polynomials()
    {
        Gen.Byte.Array[0, 200].Sample(bytes => PeChecksum.Compute(bytes) == PeBuilder.Checksum(bytes));
    }

    [Fact]
    public void It_is_that_of_an_assembly_which_the_metadata_processor_made()
    {
        byte[] bytes = ProcessedAssembly.Bytes;
        Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12)), PeChecksum.Compute(bytes.AsSpan(124)));
        uint header = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8));
        bytes.AsSpan(8, 4).Clear();
        Assert.Equal(header, PeChecksum.Compute(bytes.AsSpan(0, 124)));
    }
}
