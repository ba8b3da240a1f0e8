using System;
using System.Runtime.InteropServices;
using Spore.Crypto;

namespace Spore.Hostsim.Crypto;

/// <summary>
/// ChaCha20-Poly1305 of the system's OpenSSL, which has vector instructions where the core's own has none. It is given
/// the key anew in each call and forgets it at its end, so that no session's key outlives the session.
/// </summary>
/// <remarks>One instance is used by one caller at a time.</remarks>
internal sealed unsafe class OpenSslAead : IAead
{
    private const int GetTag = 0x10;
    private const int SetTag = 0x11;
    private const int Encrypt = 1;
    private const int Decrypt = 0;

    private static readonly byte[] _noKey = new byte[ChaCha20Poly1305.KeySize];

    private readonly delegate* unmanaged<nint, nint, nint, byte*, byte*, int, int> _initialize;
    private readonly delegate* unmanaged<nint, byte*, int*, byte*, int, int> _update;
    private readonly delegate* unmanaged<nint, byte*, int*, int> _finish;
    private readonly delegate* unmanaged<nint, int, int, void*, int> _control;
    private readonly delegate* unmanaged<nint, void> _free;
    private readonly nint _context;

    private OpenSslAead(nint library)
    {
        var cipher = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "EVP_chacha20_poly1305");
        var allocate = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "EVP_CIPHER_CTX_new");
        _initialize = (delegate* unmanaged<nint, nint, nint, byte*, byte*, int, int>)NativeLibrary.GetExport(
            library, "EVP_CipherInit_ex");
        _update = (delegate* unmanaged<nint, byte*, int*, byte*, int, int>)NativeLibrary.GetExport(
            library, "EVP_CipherUpdate");
        _finish = (delegate* unmanaged<nint, byte*, int*, int>)NativeLibrary.GetExport(library, "EVP_CipherFinal_ex");
        _control = (delegate* unmanaged<nint, int, int, void*, int>)NativeLibrary.GetExport(
            library, "EVP_CIPHER_CTX_ctrl");
        _free = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "EVP_CIPHER_CTX_free");
        _context = allocate();
        fixed (byte* key = _noKey)
        {
            if (_context == 0 || _initialize(_context, cipher(), 0, key, null, Encrypt) != 1)
            {
                throw new InvalidOperationException("OpenSSL has no ChaCha20-Poly1305.");
            }
        }
    }

    /// <summary>Frees what OpenSSL has taken.</summary>
    ~OpenSslAead()
    {
        if (_free != null)
        {
            _free(_context);
        }
    }

    /// <summary>Looks for OpenSSL.</summary>
    /// <returns>An instance, or null where there is none, or one without this cipher.</returns>
    public static OpenSslAead? TryCreate() => OpenSsl.TryCreate(library => new OpenSslAead(library));

    /// <inheritdoc/>
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
        CheckRoom(buffer, offset, length);
        fixed (byte* text = &buffer[offset])
        {
            bool done = Transform(Encrypt, key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, text, length)
                && Finish()
                && _control(_context, GetTag, ChaCha20Poly1305.TagSize, text + length) == 1;
            ForgetKey();
            Demand(done);
        }
    }

    /// <inheritdoc/>
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
        CheckRoom(buffer, offset, length);
        fixed (byte* text = &buffer[offset])
        {
            bool done = Transform(Decrypt, key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, text, length)
                && _control(_context, SetTag, ChaCha20Poly1305.TagSize, text + length) == 1;
            bool authentic = done && Finish();
            if (!authentic)
            {
                // It decrypts before it has seen the tag. Encrypted again, the bytes are as they were.
                done &= Transform(Encrypt, key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, text, length);
            }

            ForgetKey();
            Demand(done);
            return authentic;
        }
    }

    private static void CheckRoom(byte[] buffer, int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length - offset - ChaCha20Poly1305.TagSize);
    }

    // Nothing that comes in from outside can make it fail, only memory that is at its end.
    private static void Demand(bool done)
    {
        if (!done)
        {
            throw new InvalidOperationException("OpenSSL refuses to work.");
        }
    }

    private bool Transform(
        int direction,
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[]? ad,
        int adOffset,
        int adLength,
        byte* text,
        int length)
    {
        int written;
        fixed (byte* keyBytes = key.AsSpan(keyOffset, ChaCha20Poly1305.KeySize))
        fixed (byte* nonceBytes = nonce.AsSpan(nonceOffset, ChaCha20Poly1305.NonceSize))
        fixed (byte* adBytes = ad.AsSpan(adOffset, adLength))
        {
            return _initialize(_context, 0, 0, keyBytes, nonceBytes, direction) == 1
                && (adLength == 0 || _update(_context, null, &written, adBytes, adLength) == 1)
                && (length == 0 || _update(_context, text, &written, text, length) == 1);
        }
    }

    private bool Finish()
    {
        int written;
        byte nothing;
        return _finish(_context, &nothing, &written) == 1;
    }

    private void ForgetKey()
    {
        fixed (byte* key = _noKey)
        {
            _initialize(_context, 0, 0, key, null, Encrypt);
        }

        GC.KeepAlive(this);
    }
}
