using System;
using Spore.Signing;

namespace Spore.Tests.Flash;

/// <summary>Keys that are the same in each run.</summary>
internal static class Keys
{
    public static TrustRootKey Root() => TrustRootKey.FromSeed(Fill(7));

    public static byte[] Fill(byte value)
    {
        byte[] key = new byte[32];
        Array.Fill(key, value);
        return key;
    }

    /// <summary>The public key of the private key that is all this value.</summary>
    public static byte[] Node(byte value) => NodeKey.PublicKey(Fill(value));

    public static string NodeText(byte value) => KeyText.Format(Node(value));
}
