using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Spore.Crypto;

namespace Spore.Hostsim.Crypto;

/// <summary>
/// ChaCha20-Poly1305 of the system's OpenSSL, which has vector instructions where the core's own has none. It is given
/// the key anew in each call and forgets it at its end, so that no session's key outlives the session.
/// </summary>
/// <remarks>
/// It calls the functions of OpenSSL's default provider (provider-cipher(7)): the EVP functions around them take as
/// long as the cipher itself does for a short packet. One instance is used by one caller at a time.
/// </remarks>
internal sealed unsafe class OpenSslAead : IAead
{
    private const string Cipher = "ChaCha20-Poly1305";

    // OSSL_OP_CIPHER and OSSL_FUNC_CIPHER_… of core_dispatch.h.
    private const int CipherOperation = 2;
    private const int NewContextFunction = 1;
    private const int EncryptInitFunction = 2;
    private const int DecryptInitFunction = 3;
    private const int UpdateFunction = 4;
    private const int FinalFunction = 5;
    private const int FreeContextFunction = 7;
    private const int GetParametersFunction = 10;
    private const int SetParametersFunction = 11;
    private const int FunctionCount = 12;

    // OSSL_PARAM_OCTET_STRING of core.h.
    private const uint OctetString = 5;

    private static readonly byte[] _noKey = new byte[ChaCha20Poly1305.KeySize];

    private readonly nint _provider;
    private readonly delegate* unmanaged<nint, int> _unload;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, Parameter*, int> _encryptInit;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, Parameter*, int> _decryptInit;
    private readonly delegate* unmanaged<nint, byte*, nuint*, nuint, byte*, nuint, int> _update;
    private readonly delegate* unmanaged<nint, byte*, nuint*, nuint, int> _final;
    private readonly delegate* unmanaged<nint, Parameter*, int> _getParameters;
    private readonly delegate* unmanaged<nint, Parameter*, int> _setParameters;
    private readonly delegate* unmanaged<nint, void> _freeContext;
    private readonly nint _context;

    // The tag and the end of the list.
    private readonly Parameter* _parameters;

    private OpenSslAead(nint library)
    {
        var load = (delegate* unmanaged<nint, byte*, nint>)NativeLibrary.GetExport(library, "OSSL_PROVIDER_load");
        var query = (delegate* unmanaged<nint, int, int*, Algorithm*>)NativeLibrary.GetExport(
            library, "OSSL_PROVIDER_query_operation");
        var contextOf = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(
            library, "OSSL_PROVIDER_get0_provider_ctx");
        _unload = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "OSSL_PROVIDER_unload");
        _parameters = (Parameter*)NativeMemory.AllocZeroed(2, (nuint)sizeof(Parameter));
        fixed (byte* name = "default\0"u8)
        {
            _provider = load(0, name);
        }

        int changes;
        nint* functions = stackalloc nint[FunctionCount];
        if (_provider == 0 || !Find(query(_provider, CipherOperation, &changes), functions))
        {
            throw new InvalidOperationException("OpenSSL has no ChaCha20-Poly1305.");
        }

        _encryptInit = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, Parameter*, int>)
            functions[EncryptInitFunction];
        _decryptInit = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, Parameter*, int>)
            functions[DecryptInitFunction];
        _update = (delegate* unmanaged<nint, byte*, nuint*, nuint, byte*, nuint, int>)functions[UpdateFunction];
        _final = (delegate* unmanaged<nint, byte*, nuint*, nuint, int>)functions[FinalFunction];
        _getParameters = (delegate* unmanaged<nint, Parameter*, int>)functions[GetParametersFunction];
        _setParameters = (delegate* unmanaged<nint, Parameter*, int>)functions[SetParametersFunction];
        _freeContext = (delegate* unmanaged<nint, void>)functions[FreeContextFunction];
        _context = ((delegate* unmanaged<nint, nint>)functions[NewContextFunction])(contextOf(_provider));
        if (_context == 0)
        {
            throw new InvalidOperationException("OpenSSL has no memory.");
        }

        ReadOnlySpan<byte> tag = "tag\0"u8;
        _parameters[0] = new Parameter
        {
            // A literal does not move.
            Key = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tag)),
            Type = OctetString,
            Size = ChaCha20Poly1305.TagSize,
        };
    }

    /// <summary>Frees what OpenSSL has taken.</summary>
    ~OpenSslAead()
    {
        if (_context != 0)
        {
            _freeContext(_context);
        }

        if (_provider != 0)
        {
            _unload(_provider);
        }

        NativeMemory.Free(_parameters);
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
            _parameters->Data = text + length;
            bool done = Begin(true, key, keyOffset, nonce, nonceOffset)
                && Transform(ad, adOffset, adLength, text, length)
                && Finish()
                && _getParameters(_context, _parameters) == 1;
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
            _parameters->Data = text + length;
            bool done = Begin(false, key, keyOffset, nonce, nonceOffset)
                && _setParameters(_context, _parameters) == 1
                && Transform(ad, adOffset, adLength, text, length);
            bool authentic = done && Finish();
            if (!authentic)
            {
                // It decrypts before it has seen the tag. Encrypted again, the bytes are as they were.
                done &= Begin(true, key, keyOffset, nonce, nonceOffset)
                    && Transform(ad, adOffset, adLength, text, length);
            }

            ForgetKey();
            Demand(done);
            return authentic;
        }
    }

    private static bool Find(Algorithm* algorithm, nint* functions)
    {
        while (algorithm != null && algorithm->Names != 0)
        {
            // Names are separated by colons.
            if (Marshal.PtrToStringUTF8(algorithm->Names)!.Split(':')[0] == Cipher)
            {
                for (Dispatch* dispatch = algorithm->Implementation; dispatch->Id != 0; dispatch++)
                {
                    if (dispatch->Id < FunctionCount)
                    {
                        functions[dispatch->Id] = dispatch->Function;
                    }
                }

                return functions[NewContextFunction] != 0
                    && functions[EncryptInitFunction] != 0
                    && functions[DecryptInitFunction] != 0
                    && functions[UpdateFunction] != 0
                    && functions[FinalFunction] != 0
                    && functions[FreeContextFunction] != 0
                    && functions[GetParametersFunction] != 0
                    && functions[SetParametersFunction] != 0;
            }

            algorithm++;
        }

        return false;
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

    private bool Begin(bool encrypts, byte[] key, int keyOffset, byte[] nonce, int nonceOffset)
    {
        fixed (byte* keyBytes = key.AsSpan(keyOffset, ChaCha20Poly1305.KeySize))
        fixed (byte* nonceBytes = nonce.AsSpan(nonceOffset, ChaCha20Poly1305.NonceSize))
        {
            var init = encrypts ? _encryptInit : _decryptInit;
            return init(
                _context, keyBytes, ChaCha20Poly1305.KeySize, nonceBytes, ChaCha20Poly1305.NonceSize, null) == 1;
        }
    }

    private bool Transform(byte[]? ad, int adOffset, int adLength, byte* text, int length)
    {
        nuint written;
        fixed (byte* adBytes = ad.AsSpan(adOffset, adLength))
        {
            return (adLength == 0 || _update(_context, null, &written, (nuint)adLength, adBytes, (nuint)adLength) == 1)
                && (length == 0 || _update(_context, text, &written, (nuint)length, text, (nuint)length) == 1);
        }
    }

    private bool Finish()
    {
        nuint written;
        byte nothing;
        return _final(_context, &nothing, &written, 0) == 1;
    }

    private void ForgetKey()
    {
        fixed (byte* key = _noKey)
        {
            _encryptInit(_context, key, ChaCha20Poly1305.KeySize, null, 0, null);
        }

        GC.KeepAlive(this);
    }

    // OSSL_PARAM of core.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct Parameter
    {
        public byte* Key;
        public uint Type;
        public void* Data;
        public nuint Size;
        public nuint Returned;
    }

    // OSSL_ALGORITHM of core.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct Algorithm
    {
        public nint Names;
        public nint Properties;
        public Dispatch* Implementation;
        public nint Description;
    }

    // OSSL_DISPATCH of core.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct Dispatch
    {
        public int Id;
        public nint Function;
    }
}
