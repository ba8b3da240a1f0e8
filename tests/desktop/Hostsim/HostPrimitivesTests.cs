using System;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Who is used in the place of the core's own primitives, and who is not.</summary>
public class HostPrimitivesTests
{
    private const string Slower = " gives a wrong answer here: the core's own is used, and is slower";

    [Fact]
    public void Those_of_this_machine_are_used()
    {
        HostPrimitives found = HostPrimitives.Find();
        Assert.IsType<UnrolledBlake2s>(found.Compression);
        Assert.SkipWhen(OpenSslX25519.TryCreate() == null, "needs OpenSSL 3");
        Assert.IsType<OpenSslAead>(found.Aead);
        Assert.IsType<OpenSslX25519>(found.Multiplier);
        Assert.Empty(found.Faults);
    }

    [Theory]
    [InlineData(false, false, "ChaCha20-Poly1305 and X25519 are")]
    [InlineData(true, false, "X25519 is")]
    [InlineData(false, true, "ChaCha20-Poly1305 is")]
    public void Without_OpenSSL_the_cores_own_are_used_and_one_line_says_so(bool hasAead, bool hasX25519, string which)
    {
        HostPrimitives found = HostPrimitives.Of(
            hasAead ? new Aead(Fault.None) : null,
            hasX25519 ? new Multiplier(Fault.None) : null,
            new UnrolledBlake2s());
        Assert.Equal(hasAead, found.Aead != null);
        Assert.Equal(hasX25519, found.Multiplier != null);
        Assert.NotNull(found.Compression);
        Assert.Equal(
            [$"OpenSSL 3 is not here: {which} the core's own, and slower; install libcrypto.so.3"], found.Faults);
    }

    [Theory]
    [InlineData(Fault.Sealed)]
    [InlineData(Fault.Tag)]
    [InlineData(Fault.LongText)]
    [InlineData(Fault.Opened)]
    [InlineData(Fault.OpensForgeries)]
    [InlineData(Fault.OpensNothing)]
    [InlineData(Fault.ChangesForgeries)]
    [InlineData(Fault.Throws)]
    public void A_wrong_cipher_is_not_used_and_one_line_says_so(Fault fault)
    {
        HostPrimitives found = HostPrimitives.Of(
            new Aead(fault), new Multiplier(Fault.None), new UnrolledBlake2s());
        Assert.Null(found.Aead);
        Assert.NotNull(found.Multiplier);
        Assert.NotNull(found.Compression);
        Assert.Equal(["OpenSSL's ChaCha20-Poly1305" + Slower], found.Faults);
    }

    [Theory]
    [InlineData(Fault.Product)]
    [InlineData(Fault.BasePoint)]
    [InlineData(Fault.SmallOrder)]
    [InlineData(Fault.Throws)]
    public void A_wrong_multiplier_is_not_used_and_one_line_says_so(Fault fault)
    {
        HostPrimitives found = HostPrimitives.Of(new Aead(Fault.None), new Multiplier(fault), new UnrolledBlake2s());
        Assert.NotNull(found.Aead);
        Assert.Null(found.Multiplier);
        Assert.NotNull(found.Compression);
        Assert.Equal(["OpenSSL's X25519" + Slower], found.Faults);
    }

    [Theory]
    [InlineData(Fault.State)]
    [InlineData(Fault.LastBlock)]
    [InlineData(Fault.Offset)]
    [InlineData(Fault.Total)]
    public void A_wrong_compression_is_not_used_and_one_line_says_so(Fault fault)
    {
        HostPrimitives found = HostPrimitives.Of(
            new Aead(Fault.None), new Multiplier(Fault.None), new Compression(fault));
        Assert.NotNull(found.Aead);
        Assert.NotNull(found.Multiplier);
        Assert.Null(found.Compression);
        Assert.Equal(["this program's BLAKE2s" + Slower], found.Faults);
    }

    [Fact]
    public void What_stands_in_for_a_primitive_here_is_right_without_its_fault()
    {
        HostPrimitives found = HostPrimitives.Of(
            new Aead(Fault.None), new Multiplier(Fault.None), new Compression(Fault.None));
        Assert.IsType<Aead>(found.Aead);
        Assert.IsType<Multiplier>(found.Multiplier);
        Assert.IsType<Compression>(found.Compression);
        Assert.Empty(found.Faults);
    }

    [Fact]
    public void The_cores_own_are_none_of_the_hosts()
    {
        Assert.Null(HostPrimitives.Own.Aead);
        Assert.Null(HostPrimitives.Own.Multiplier);
        Assert.Null(HostPrimitives.Own.Compression);
        Assert.Empty(HostPrimitives.Own.Faults);
    }

    public enum Fault
    {
        None,
        Throws,
        Sealed,
        Tag,
        LongText,
        Opened,
        OpensForgeries,
        OpensNothing,
        ChangesForgeries,
        Product,
        BasePoint,
        SmallOrder,
        State,
        LastBlock,
        Offset,
        Total,
    }

    private sealed class Aead(Fault fault) : IAead
    {
        private readonly ChaCha20Poly1305 _own = new();

        public void Seal(
            byte[] key,
            int keyOffset,
            byte[] nonce,
            int nonceOffset,
            byte[]? ad,
            int adOffset,
            int adLength,
            byte[] buffer,
            int offset,
            int length)
        {
            if (fault == Fault.Throws)
            {
                throw new InvalidOperationException();
            }

            _own.Seal(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
            buffer[offset] ^= (byte)(fault == Fault.Sealed && length > 0 ? 1 : 0);
            buffer[offset + length + 15] ^= (byte)(fault == Fault.Tag ? 1 : 0);
            buffer[offset + length - 1 + 16] ^= (byte)(fault == Fault.LongText && length > 512 ? 1 : 0);
        }

        public bool Open(
            byte[] key,
            int keyOffset,
            byte[] nonce,
            int nonceOffset,
            byte[]? ad,
            int adOffset,
            int adLength,
            byte[] buffer,
            int offset,
            int length)
        {
            bool authentic = _own.Open(
                key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
            buffer[offset] ^= (byte)(fault == Fault.Opened && authentic && length > 0 ? 1 : 0);
            buffer[offset] ^= (byte)(fault == Fault.ChangesForgeries && !authentic ? 1 : 0);
            return fault == Fault.OpensForgeries || (authentic && fault != Fault.OpensNothing);
        }
    }

    private sealed class Multiplier(Fault fault) : IX25519
    {
        private readonly X25519 _own = new();

        public void Multiply(
            byte[] result, int resultOffset, byte[] scalar, int scalarOffset, byte[] point, int pointOffset)
        {
            bool shared = _own.Multiply(result, resultOffset, scalar, scalarOffset, point, pointOffset);
            result[resultOffset] ^= (byte)(fault == Fault.Product || (fault == Fault.SmallOrder && !shared) ? 1 : 0);
        }

        public void MultiplyBase(byte[] result, int resultOffset, byte[] scalar, int scalarOffset)
        {
            if (fault == Fault.Throws)
            {
                throw new InvalidOperationException();
            }

            _own.MultiplyBase(result, resultOffset, scalar, scalarOffset);
            result[resultOffset + 31] ^= (byte)(fault == Fault.BasePoint ? 1 : 0);
        }
    }

    private sealed class Compression(Fault fault) : IBlake2sCompression
    {
        private readonly UnrolledBlake2s _right = new();

        public void Compress(uint[] state, byte[] block, int offset, long total, bool last)
        {
            _right.Compress(
                state,
                block,
                fault == Fault.Offset ? offset & ~3 : offset,
                fault == Fault.Total ? Math.Min(total, 64) : total,
                last && fault != Fault.LastBlock);
            state[7] ^= fault == Fault.State ? 1u : 0u;
        }
    }
}
