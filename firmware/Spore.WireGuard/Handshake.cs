using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>
/// Noise_IKpsk2 as WireGuard uses it (paper section 5.4): makes and takes the two handshake messages.
/// </summary>
/// <remarks>A method that returns false has changed nothing but this object's scratch.</remarks>
internal sealed class Handshake
{
    // Where what is in the scratch starts.
    private const int RemoteEphemeral = 0;
    private const int Ephemeral = RemoteEphemeral + Message.KeySize;
    private const int Shared = Ephemeral + Message.KeySize;
    private const int EphemeralStatic = Shared + Message.KeySize;

    /// <summary>After <see cref="ConsumeStatic"/>: the sender's static public key.</summary>
    internal readonly byte[] RemoteStatic = new byte[Message.KeySize + Message.TagSize];

    /// <summary>After <see cref="ConsumeTimestamp"/>: the timestamp of the initiation.</summary>
    internal readonly byte[] Timestamp = new byte[Message.TimestampSize + Message.TagSize];

    private readonly byte[] _privateKey;
    private readonly byte[] _publicKey;
    private readonly X25519 _x25519;
    private readonly EphemeralKeys _ephemeralKeys;
    private readonly SymmetricState _state;

    // The keys and shared secrets of the message that is worked on.
    private readonly byte[] _scratch = new byte[4 * Message.KeySize];

    internal Handshake(
        byte[] privateKey,
        byte[] publicKey,
        X25519 x25519,
        Blake2s hash,
        HmacBlake2s hmac,
        IAead aead,
        EphemeralKeys ephemeralKeys)
    {
        _privateKey = privateKey;
        _publicKey = publicKey;
        _x25519 = x25519;
        _ephemeralKeys = ephemeralKeys;
        _state = new SymmetricState(hash, new Kdf(hmac), aead);
    }

    /// <summary>Where ephemeral keys are logged, or null.</summary>
    internal IKeyLog KeyLog;

    /// <summary>The static-static shared secret with a peer.</summary>
    /// <returns>False when the public key has none.</returns>
    internal bool StaticStatic(byte[] publicKey, int offset, byte[] shared, int sharedOffset)
    {
        return _x25519.Multiply(shared, sharedOffset, _privateKey, 0, publicKey, offset);
    }

    /// <summary>
    /// Called to initiate: writes an initiation, 148 bytes of which the MACs are zeros, and what is to be
    /// kept for the response.
    /// </summary>
    /// <returns>False when the peer's public key has no shared secret; then the initiation is wiped.</returns>
    internal bool CreateInitiation(
        Peer peer, Initiation initiation, int localIndex, byte[] timestamp, byte[] message, int offset)
    {
        Array.Clear(message, offset, Message.InitiationSize);
        message[offset] = Message.Initiation;
        Message.WriteIndex(message, offset + Message.InitiationSender, localIndex);
        initiation.Wipe();

        // e
        bool valid = MakeEphemeral(
            peer, initiation.Bytes, Initiation.EphemeralPrivate, message, offset + Message.InitiationEphemeral);
        _state.Begin(peer.Bytes, Peer.Key);
        _state.MixEphemeral(message, offset + Message.InitiationEphemeral);
        _state.MixHash(message, offset + Message.InitiationEphemeral, Message.KeySize);

        // es, s
        _state.MixKey(_scratch, EphemeralStatic);
        Array.Copy(_publicKey, 0, message, offset + Message.InitiationStatic, Message.KeySize);
        _state.EncryptAndHash(message, offset + Message.InitiationStatic, Message.KeySize);

        // ss, {timestamp}
        _state.MixKey(peer.Bytes, Peer.StaticStatic);
        Array.Copy(timestamp, 0, message, offset + Message.InitiationTimestamp, Message.TimestampSize);
        _state.EncryptAndHash(message, offset + Message.InitiationTimestamp, Message.TimestampSize);

        if (valid)
        {
            _state.Save(initiation.Bytes, Initiation.State);
            initiation.LocalIndex = localIndex;
            if (KeyLog != null)
            {
                KeyLog.Ephemeral(initiation.Bytes, Initiation.EphemeralPrivate, peer.PresharedKey);
            }
        }
        else
        {
            initiation.Wipe();
        }

        Wipe();
        return valid;
    }

    /// <summary>Called when an initiation with a right mac1 was received: decrypts the sender's static key.</summary>
    internal bool ConsumeStatic(byte[] message, int offset)
    {
        // e
        _state.Begin(_publicKey, 0);
        Array.Copy(message, offset + Message.InitiationEphemeral, _scratch, RemoteEphemeral, Message.KeySize);
        _state.MixEphemeral(message, offset + Message.InitiationEphemeral);
        _state.MixHash(message, offset + Message.InitiationEphemeral, Message.KeySize);

        // es, s
        if (!_x25519.Multiply(_scratch, Shared, _privateKey, 0, message, offset + Message.InitiationEphemeral))
        {
            Wipe();
            return false;
        }

        _state.MixKey(_scratch, Shared);
        if (!_state.DecryptAndHash(message, offset + Message.InitiationStatic, Message.KeySize, RemoteStatic)
            || ConstantTime.Equal(RemoteStatic, 0, _publicKey, 0, Message.KeySize))
        {
            Wipe();
            return false;
        }

        return true;
    }

    /// <summary>
    /// Called after <see cref="ConsumeStatic"/> with the static-static secret of that key: authenticates the sender.
    /// </summary>
    internal bool ConsumeTimestamp(byte[] message, int offset, byte[] staticStatic, int staticOffset)
    {
        // ss, {timestamp}
        _state.MixKey(staticStatic, staticOffset);
        if (!_state.DecryptAndHash(message, offset + Message.InitiationTimestamp, Message.TimestampSize, Timestamp))
        {
            Wipe();
            return false;
        }

        return true;
    }

    /// <summary>
    /// Called after <see cref="ConsumeTimestamp"/>: writes the response, 92 bytes of which the MACs are zeros, and
    /// the keys of the session.
    /// </summary>
    /// <returns>False when the initiator's ephemeral key has no shared secret.</returns>
    internal bool CreateResponse(
        Peer peer, Keypairs keypairs, int localIndex, int remoteIndex, long now, byte[] message, int offset)
    {
        Array.Clear(message, offset, Message.ResponseSize);
        message[offset] = Message.Response;
        Message.WriteIndex(message, offset + Message.ResponseSender, localIndex);
        Message.WriteIndex(message, offset + Message.ResponseReceiver, remoteIndex);

        // e
        bool valid = MakeEphemeral(peer, _scratch, Ephemeral, message, offset + Message.ResponseEphemeral);
        _state.MixEphemeral(message, offset + Message.ResponseEphemeral);
        _state.MixHash(message, offset + Message.ResponseEphemeral, Message.KeySize);

        // ee
        valid &= _x25519.Multiply(_scratch, Shared, _scratch, Ephemeral, _scratch, RemoteEphemeral);
        _state.MixEphemeral(_scratch, Shared);

        // se
        _state.MixEphemeral(_scratch, EphemeralStatic);

        // psk, {}
        _state.MixKeyAndHash(peer.PresharedKey);
        _state.EncryptAndHash(message, offset + Message.ResponseEmpty, 0);

        if (valid)
        {
            Split(keypairs, false, localIndex, remoteIndex, now);
            if (KeyLog != null)
            {
                KeyLog.Ephemeral(_scratch, Ephemeral, peer.PresharedKey);
            }
        }

        Wipe();
        return valid;
    }

    /// <summary>Called when a response to a pending initiation was received: writes the keys of the session.</summary>
    internal bool ConsumeResponse(
        Peer peer, Initiation initiation, Keypairs keypairs, int remoteIndex, long now, byte[] message, int offset)
    {
        // e
        _state.Resume(initiation.Bytes, Initiation.State);
        _state.MixEphemeral(message, offset + Message.ResponseEphemeral);
        _state.MixHash(message, offset + Message.ResponseEphemeral, Message.KeySize);

        // ee
        bool valid = _x25519.Multiply(
            _scratch,
            Shared,
            initiation.Bytes,
            Initiation.EphemeralPrivate,
            message,
            offset + Message.ResponseEphemeral);
        _state.MixEphemeral(_scratch, Shared);

        // se
        valid &= _x25519.Multiply(_scratch, Shared, _privateKey, 0, message, offset + Message.ResponseEphemeral);
        _state.MixEphemeral(_scratch, Shared);

        // psk, {}
        _state.MixKeyAndHash(peer.PresharedKey);
        valid &= _state.DecryptAndHash(message, offset + Message.ResponseEmpty, 0, _scratch);
        if (valid)
        {
            Split(keypairs, true, initiation.LocalIndex, remoteIndex, now);
        }

        Wipe();
        return valid;
    }

    /// <summary>Called when a message is done with, whatever came of it.</summary>
    internal void Wipe()
    {
        _state.Wipe();
        Array.Clear(_scratch, 0, _scratch.Length);
    }

    /// <summary>
    /// The token e, and its shared secret with the peer's static key: out of the peer's pair, which is used up
    /// by it, else made now.
    /// </summary>
    private bool MakeEphemeral(Peer peer, byte[] privateKey, int privateOffset, byte[] message, int publicOffset)
    {
        if (peer.HasPair)
        {
            Array.Copy(peer.Bytes, EphemeralPair.Private, privateKey, privateOffset, Message.KeySize);
            Array.Copy(peer.Bytes, EphemeralPair.Public, message, publicOffset, Message.KeySize);
            Array.Copy(peer.Bytes, EphemeralPair.Shared, _scratch, EphemeralStatic, Message.KeySize);
            peer.WipePair();
            return true;
        }

        _ephemeralKeys.Take(privateKey, privateOffset, message, publicOffset);
        return _x25519.Multiply(_scratch, EphemeralStatic, privateKey, privateOffset, peer.Bytes, Peer.Key);
    }

    // The keys of the session, into the spare keypair.
    private void Split(Keypairs keypairs, bool isInitiator, int localIndex, int remoteIndex, long now)
    {
        int spare = keypairs.Spare;
        int send = Keypairs.Start(spare) + Keypairs.SendKey;
        int receive = Keypairs.Start(spare) + Keypairs.ReceiveKey;
        keypairs.Wipe(spare);
        _state.Split(keypairs.Bytes, isInitiator ? send : receive, isInitiator ? receive : send);
        keypairs.Begin(spare, isInitiator, localIndex, remoteIndex, now);
    }
}
