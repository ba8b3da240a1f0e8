using System;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>Noise_IKpsk2 as WireGuard uses it (paper section 5.4): makes and takes the two handshake messages.</summary>
/// <remarks>A method that returns false has changed nothing but this object's scratch.</remarks>
internal sealed class Handshake
{
    // "mac1----"
    private static readonly byte[] _mac1Label = { 0x6D, 0x61, 0x63, 0x31, 0x2D, 0x2D, 0x2D, 0x2D };

    /// <summary>After <see cref="ConsumeStatic"/>: the sender's static public key.</summary>
    internal readonly byte[] RemoteStatic = new byte[Message.KeySize + Message.TagSize];

    /// <summary>After <see cref="ConsumeTimestamp"/>: the timestamp of the initiation.</summary>
    internal readonly byte[] Timestamp = new byte[Message.TimestampSize + Message.TagSize];

    private readonly byte[] _privateKey;
    private readonly byte[] _publicKey;
    private readonly X25519 _x25519;
    private readonly Blake2s _hash;
    private readonly EphemeralKeys _ephemeralKeys;
    private readonly SymmetricState _state;
    private readonly byte[] _remoteEphemeral = new byte[Message.KeySize];
    private readonly byte[] _ephemeral = new byte[Message.KeySize];
    private readonly byte[] _shared = new byte[Message.KeySize];
    private readonly byte[] _ephemeralStatic = new byte[Message.KeySize];

    internal Handshake(byte[] privateKey, byte[] publicKey, X25519 x25519, Blake2s hash, HmacBlake2s hmac, IAead aead, EphemeralKeys ephemeralKeys)
    {
        _privateKey = privateKey;
        _publicKey = publicKey;
        _x25519 = x25519;
        _hash = hash;
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

    /// <summary>Called to initiate: writes an initiation, 148 bytes, and what is to be kept for the response.</summary>
    /// <returns>False when the peer's public key has no shared secret; then the initiation is wiped.</returns>
    internal bool CreateInitiation(Peer peer, Initiation initiation, int localIndex, byte[] timestamp, byte[] message, int offset)
    {
        Array.Clear(message, offset, Message.InitiationSize);
        message[offset] = Message.Initiation;
        Message.WriteIndex(message, offset + Message.InitiationSender, localIndex);
        initiation.Wipe();

        // e
        bool sound = MakeEphemeral(peer, initiation.Bytes, message, offset + Message.InitiationEphemeral);
        _state.Begin(peer.PublicKey, 0);
        _state.MixEphemeral(message, offset + Message.InitiationEphemeral);
        _state.MixHash(message, offset + Message.InitiationEphemeral, Message.KeySize);

        // es, s
        _state.MixKey(_ephemeralStatic, 0);
        Array.Copy(_publicKey, 0, message, offset + Message.InitiationStatic, Message.KeySize);
        _state.EncryptAndHash(message, offset + Message.InitiationStatic, Message.KeySize);

        // ss, {timestamp}
        _state.MixKey(peer.Bytes, Peer.StaticStatic);
        Array.Copy(timestamp, 0, message, offset + Message.InitiationTimestamp, Message.TimestampSize);
        _state.EncryptAndHash(message, offset + Message.InitiationTimestamp, Message.TimestampSize);

        Mac1(peer.PublicKey, message, offset, Message.InitiationMac1, message, offset + Message.InitiationMac1);
        if (sound)
        {
            _state.Save(initiation.Bytes, Initiation.State);
            initiation.LocalIndex = localIndex;
            if (KeyLog != null)
            {
                KeyLog.Ephemeral(initiation.Bytes, Initiation.EphemeralPrivate);
            }
        }
        else
        {
            initiation.Wipe();
        }

        Wipe();
        return sound;
    }

    /// <summary>Called when a handshake message came in, before anything else: whether it is meant for this node.</summary>
    internal bool CheckMac1(byte[] message, int offset, int length)
    {
        int macOffset = length - (2 * Message.MacSize);
        Mac1(_publicKey, message, offset, macOffset, _ephemeral, 0);
        return ConstantTime.Equal(_ephemeral, 0, message, offset + macOffset, Message.MacSize);
    }

    /// <summary>Called when an initiation with a right mac1 came in: decrypts the sender's static key.</summary>
    internal bool ConsumeStatic(byte[] message, int offset)
    {
        // e
        _state.Begin(_publicKey, 0);
        Array.Copy(message, offset + Message.InitiationEphemeral, _remoteEphemeral, 0, Message.KeySize);
        _state.MixEphemeral(message, offset + Message.InitiationEphemeral);
        _state.MixHash(message, offset + Message.InitiationEphemeral, Message.KeySize);

        // es, s
        if (!_x25519.Multiply(_shared, 0, _privateKey, 0, message, offset + Message.InitiationEphemeral))
        {
            Wipe();
            return false;
        }

        _state.MixKey(_shared, 0);
        if (!_state.DecryptAndHash(message, offset + Message.InitiationStatic, Message.KeySize, RemoteStatic)
            || ConstantTime.Equal(RemoteStatic, 0, _publicKey, 0, Message.KeySize))
        {
            Wipe();
            return false;
        }

        return true;
    }

    /// <summary>Called after <see cref="ConsumeStatic"/> with the static-static secret of that key: authenticates the sender.</summary>
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

    /// <summary>Called after <see cref="ConsumeTimestamp"/>: writes the response, 92 bytes, and the keys of the session.</summary>
    /// <returns>False when the initiator's ephemeral key has no shared secret.</returns>
    internal bool CreateResponse(Peer peer, Keypairs keypairs, int localIndex, int remoteIndex, long now, byte[] message, int offset)
    {
        Array.Clear(message, offset, Message.ResponseSize);
        message[offset] = Message.Response;
        Message.WriteIndex(message, offset + Message.ResponseSender, localIndex);
        Message.WriteIndex(message, offset + Message.ResponseReceiver, remoteIndex);

        // e
        bool sound = MakeEphemeral(peer, _ephemeral, message, offset + Message.ResponseEphemeral);
        _state.MixEphemeral(message, offset + Message.ResponseEphemeral);
        _state.MixHash(message, offset + Message.ResponseEphemeral, Message.KeySize);

        // ee
        sound &= _x25519.Multiply(_shared, 0, _ephemeral, 0, _remoteEphemeral, 0);
        _state.MixEphemeral(_shared, 0);

        // se
        _state.MixEphemeral(_ephemeralStatic, 0);

        // psk, {}
        _state.MixKeyAndHash(peer.PresharedKey);
        _state.EncryptAndHash(message, offset + Message.ResponseEmpty, 0);

        Mac1(peer.PublicKey, message, offset, Message.ResponseMac1, message, offset + Message.ResponseMac1);
        if (sound)
        {
            Split(keypairs, false, localIndex, remoteIndex, now);
            if (KeyLog != null)
            {
                KeyLog.Ephemeral(_ephemeral, 0);
            }
        }

        Wipe();
        return sound;
    }

    /// <summary>Called when a response to a pending initiation came in: writes the keys of the session.</summary>
    internal bool ConsumeResponse(Peer peer, Initiation initiation, Keypairs keypairs, int remoteIndex, long now, byte[] message, int offset)
    {
        // e
        _state.Resume(initiation.Bytes, Initiation.State);
        _state.MixEphemeral(message, offset + Message.ResponseEphemeral);
        _state.MixHash(message, offset + Message.ResponseEphemeral, Message.KeySize);

        // ee
        bool sound = _x25519.Multiply(_shared, 0, initiation.Bytes, Initiation.EphemeralPrivate, message, offset + Message.ResponseEphemeral);
        _state.MixEphemeral(_shared, 0);

        // se
        sound &= _x25519.Multiply(_shared, 0, _privateKey, 0, message, offset + Message.ResponseEphemeral);
        _state.MixEphemeral(_shared, 0);

        // psk, {}
        _state.MixKeyAndHash(peer.PresharedKey);
        sound &= _state.DecryptAndHash(message, offset + Message.ResponseEmpty, 0, _shared);
        if (sound)
        {
            Split(keypairs, true, initiation.LocalIndex, remoteIndex, now);
        }

        Wipe();
        return sound;
    }

    /// <summary>Called when a message is done with, whatever came of it.</summary>
    internal void Wipe()
    {
        _state.Wipe();
        Array.Clear(_ephemeral, 0, Message.KeySize);
        Array.Clear(_shared, 0, Message.KeySize);
        Array.Clear(_ephemeralStatic, 0, Message.KeySize);
        Array.Clear(_remoteEphemeral, 0, Message.KeySize);
    }

    /// <summary>The token e, and its shared secret with the peer's static key: out of the peer's pair, which is used up by it, else made now.</summary>
    private bool MakeEphemeral(Peer peer, byte[] privateKey, byte[] message, int publicOffset)
    {
        if (peer.HasPair)
        {
            Array.Copy(peer.Bytes, EphemeralPair.Private, privateKey, 0, Message.KeySize);
            Array.Copy(peer.Bytes, EphemeralPair.Public, message, publicOffset, Message.KeySize);
            Array.Copy(peer.Bytes, EphemeralPair.Shared, _ephemeralStatic, 0, Message.KeySize);
            peer.WipePair();
            return true;
        }

        _ephemeralKeys.Take(privateKey, 0, message, publicOffset);
        return _x25519.Multiply(_ephemeralStatic, 0, privateKey, 0, peer.PublicKey, 0);
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

    // MAC(HASH("mac1----" || key), message), with the key of whom the message is for.
    private void Mac1(byte[] publicKey, byte[] message, int offset, int length, byte[] mac, int macOffset)
    {
        _hash.Begin(Message.KeySize);
        _hash.Update(_mac1Label, 0, _mac1Label.Length);
        _hash.Update(publicKey, 0, Message.KeySize);
        _hash.Finish(_shared, 0);
        _hash.BeginKeyed(Message.MacSize, _shared, 0, Message.KeySize);
        _hash.Update(message, offset, length);
        _hash.Finish(mac, macOffset);
    }
}
