using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Spore.Crypto;

namespace Spore.Hostsim.Crypto;

/// <summary>
/// X25519 of the system's OpenSSL, version 3. It is given the key anew in each call, and wipes its copy at the end of
/// that call.
/// </summary>
/// <remarks>One instance is used by one caller at a time.</remarks>
internal sealed unsafe class OpenSslX25519 : IX25519
{
    // NID_X25519, EVP_PKEY_KEYPAIR and OSSL_PARAM_OCTET_STRING of OpenSSL's headers.
    private const int Type = 1034;
    private const int KeyPair = 0x87;
    private const uint OctetString = 5;

    private readonly delegate* unmanaged<int, nint, byte*, nint, nint> _newPrivate;
    private readonly delegate* unmanaged<int, nint, byte*, nint, nint> _newPublic;
    private readonly delegate* unmanaged<nint, byte*, nint*, int> _getPublic;
    private readonly delegate* unmanaged<nint, nint*, int, Parameter*, int> _fromData;
    private readonly delegate* unmanaged<nint, nint, nint> _newContext;
    private readonly delegate* unmanaged<nint, int> _initialize;
    private readonly delegate* unmanaged<nint, nint, int, int> _setPeer;
    private readonly delegate* unmanaged<nint, byte*, nint*, int> _derive;
    private readonly delegate* unmanaged<nint, void> _freeKey;
    private readonly delegate* unmanaged<nint, void> _freeContext;
    private readonly delegate* unmanaged<void> _clearErrors;

    // Makes keys, and holds none.
    private readonly nint _maker;

    private OpenSslX25519(nint library)
    {
        _newPrivate = (delegate* unmanaged<int, nint, byte*, nint, nint>)NativeLibrary.GetExport(
            library, "EVP_PKEY_new_raw_private_key");
        _newPublic = (delegate* unmanaged<int, nint, byte*, nint, nint>)NativeLibrary.GetExport(
            library, "EVP_PKEY_new_raw_public_key");
        _getPublic = (delegate* unmanaged<nint, byte*, nint*, int>)NativeLibrary.GetExport(
            library, "EVP_PKEY_get_raw_public_key");
        _fromData = (delegate* unmanaged<nint, nint*, int, Parameter*, int>)NativeLibrary.GetExport(
            library, "EVP_PKEY_fromdata");
        _newContext = (delegate* unmanaged<nint, nint, nint>)NativeLibrary.GetExport(library, "EVP_PKEY_CTX_new");
        _initialize = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "EVP_PKEY_derive_init");
        _setPeer = (delegate* unmanaged<nint, nint, int, int>)NativeLibrary.GetExport(
            library, "EVP_PKEY_derive_set_peer_ex");
        _derive = (delegate* unmanaged<nint, byte*, nint*, int>)NativeLibrary.GetExport(library, "EVP_PKEY_derive");
        _freeKey = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "EVP_PKEY_free");
        _clearErrors = (delegate* unmanaged<void>)NativeLibrary.GetExport(library, "ERR_clear_error");
        var named = (delegate* unmanaged<nint, byte*, byte*, nint>)NativeLibrary.GetExport(
            library, "EVP_PKEY_CTX_new_from_name");
        var prepare = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "EVP_PKEY_fromdata_init");
        _freeContext = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "EVP_PKEY_CTX_free");
        fixed (byte* name = "X25519\0"u8)
        {
            _maker = named(0, name, null);
        }

        if (_maker == 0 || prepare(_maker) != 1)
        {
            throw new InvalidOperationException("OpenSSL has no X25519.");
        }
    }

    /// <summary>Frees what OpenSSL has taken.</summary>
    ~OpenSslX25519()
    {
        if (_freeContext != null)
        {
            _freeContext(_maker);
        }
    }

    /// <summary>Looks for OpenSSL.</summary>
    /// <returns>An instance, or null where there is none, or one without this function.</returns>
    public static OpenSslX25519? TryCreate() => OpenSsl.TryCreate(library => new OpenSslX25519(library));

    /// <inheritdoc/>
    public void Multiply(
        byte[] result, int resultOffset, byte[] scalar, int scalarOffset, byte[] point, int pointOffset)
    {
        Span<byte> product = result.AsSpan(resultOffset, X25519.KeySize);
        fixed (byte* to = product)
        fixed (byte* k = scalar.AsSpan(scalarOffset, X25519.KeySize))
        fixed (byte* u = point.AsSpan(pointOffset, X25519.KeySize))
        {
            nint own = MakePair(k, u);
            nint peer = _newPublic(Type, 0, u, X25519.KeySize);
            nint context = own == 0 ? 0 : _newContext(own, 0);
            bool isReady = context != 0 && peer != 0 && _initialize(context) == 1 && _setPeer(context, peer, 0) == 1;
            nint length = X25519.KeySize;
            if (isReady && _derive(context, to, &length) != 1)
            {
                // It refuses a product of zero, and fails for no other reason.
                CryptographicOperations.ZeroMemory(product);
                _clearErrors();
            }

            _freeContext(context);
            _freeKey(peer);
            _freeKey(own);
            Demand(isReady);
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void MultiplyBase(byte[] result, int resultOffset, byte[] scalar, int scalarOffset)
    {
        fixed (byte* to = result.AsSpan(resultOffset, X25519.KeySize))
        fixed (byte* k = scalar.AsSpan(scalarOffset, X25519.KeySize))
        {
            nint own = _newPrivate(Type, 0, k, X25519.KeySize);
            nint length = X25519.KeySize;
            bool done = own != 0 && _getPublic(own, to, &length) == 1;
            _freeKey(own);
            Demand(done);
        }

        GC.KeepAlive(this);
    }

    // Nothing that comes in from outside can make it fail, only memory that is at its end.
    private static void Demand(bool done)
    {
        if (!done)
        {
            throw new InvalidOperationException("OpenSSL refuses to work.");
        }
    }

    // Without a public key OpenSSL computes it, which takes nearly as long as the product. The product does not need
    // it: another point stands there.
    private nint MakePair(byte* scalar, byte* point)
    {
        fixed (byte* privateName = "priv\0"u8)
        fixed (byte* publicName = "pub\0"u8)
        {
            Parameter* parameters = stackalloc Parameter[3];
            parameters[0] = new Parameter(privateName, scalar);
            parameters[1] = new Parameter(publicName, point);
            parameters[2] = default;
            nint key = 0;
            return _fromData(_maker, &key, KeyPair, parameters) == 1 ? key : 0;
        }
    }

    // OSSL_PARAM of OpenSSL's headers.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Parameter(byte* name, byte* data)
    {
        private readonly byte* _name = name;
        private readonly uint _type = OctetString;
        private readonly byte* _data = data;
        private readonly nint _size = X25519.KeySize;
        private readonly nint _returned = -1;
    }
}
