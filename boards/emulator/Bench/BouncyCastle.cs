using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;

namespace Spore.Emulator;

/// <summary>
/// BouncyCastle's operations, counted. Its build for netstandard2.0 is used: the one without spans and vector
/// instructions, which the device has neither of. What it works on is made before counting begins, as it is for ours.
/// </summary>
internal sealed class BouncyCastle : IDisposable
{
    private const string Root = "Org.BouncyCastle.";
    private const int TagBits = 128;

    private readonly WovenAssembly _woven = Weaver.Weave(PathOf());

    /// <summary>The version of its package.</summary>
    public static string Version => FileVersionInfo.GetVersionInfo(PathOf()).ProductVersion!.Split('+')[0];

    /// <summary>X25519 of a scalar and a point, with the check of the result.</summary>
    /// <param name="result">Takes the product.</param>
    /// <param name="scalar">The scalar.</param>
    /// <param name="point">The point.</param>
    /// <returns>What it took.</returns>
    public Comparison Multiply(byte[] result, byte[] scalar, byte[] point) =>
        Count(() => () => CallStatic("Math.EC.Rfc7748.X25519", "CalculateAgreement", scalar, 0, point, 0, result, 0));

    /// <summary>X25519 of a scalar and the base point.</summary>
    /// <param name="result">Takes the product.</param>
    /// <param name="scalar">The scalar.</param>
    /// <returns>What it took.</returns>
    public Comparison MultiplyBase(byte[] result, byte[] scalar) =>
        Count(() => () => CallStatic("Math.EC.Rfc7748.X25519", "ScalarMultBase", scalar, 0, result, 0));

    /// <summary>Verifies an Ed25519 signature.</summary>
    /// <param name="publicKey">The public key.</param>
    /// <param name="message">The message.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>What it took.</returns>
    /// <exception cref="ProgramException">The signature is refused.</exception>
    public Comparison Verify(byte[] publicKey, byte[] message, byte[] signature)
    {
        bool accepted = false;
        Comparison taken = Count(() => () => accepted =
            (bool)CallStatic(
                "Math.EC.Rfc8032.Ed25519", "Verify", signature, 0, publicKey, 0, message, 0, message.Length)!);
        return accepted ? taken : throw new ProgramException("BouncyCastle", "refuses a good signature");
    }

    /// <summary>Seals a message with ChaCha20-Poly1305: key and nonce set, all of it at once, and the tag.</summary>
    /// <param name="result">Takes the sealed message.</param>
    /// <param name="key">The key.</param>
    /// <param name="nonce">The nonce.</param>
    /// <param name="message">The message.</param>
    /// <returns>What it took.</returns>
    public Comparison Seal(byte[] result, byte[] key, byte[] nonce, byte[] message)
    {
        return Count(() =>
        {
            // One that has sealed refuses the same nonce, so each run has a new one.
            object cipher = New("Crypto.Modes.ChaCha20Poly1305");
            object parameters = New(
                "Crypto.Parameters.AeadParameters", New("Crypto.Parameters.KeyParameter", key), TagBits, nonce);
            return () =>
            {
                Call(cipher, "Init", true, parameters);
                int done = (int)Call(cipher, "ProcessBytes", message, 0, message.Length, result, 0)!;
                Call(cipher, "DoFinal", result, done);
            };
        });
    }

    /// <summary>Hashes a message with BLAKE2s-256.</summary>
    /// <param name="result">Takes the digest.</param>
    /// <param name="message">The message.</param>
    /// <returns>What it took.</returns>
    public Comparison Blake2s(byte[] result, byte[] message) =>
        Hash(result, message, "Crypto.Digests.Blake2sDigest", result.Length * 8);

    /// <summary>Hashes a message with SHA-512.</summary>
    /// <param name="result">Takes the digest.</param>
    /// <param name="message">The message.</param>
    /// <returns>What it took.</returns>
    public Comparison Sha512(byte[] result, byte[] message) => Hash(result, message, "Crypto.Digests.Sha512Digest");

    /// <inheritdoc/>
    public void Dispose() => _woven.Dispose();

    // Copied there by the build; apart, since the tests have another build of the same name.
    private static string PathOf() =>
        Path.Combine(AppContext.BaseDirectory, "measured", "BouncyCastle.Cryptography.dll");

    private Comparison Hash(byte[] result, byte[] message, string type, params object[] arguments)
    {
        return Count(() =>
        {
            object digest = New(type, arguments);
            return () =>
            {
                Call(digest, "BlockUpdate", message, 0, message.Length);
                Call(digest, "DoFinal", result, 0);
            };
        });
    }

    private Comparison Count(Func<Action> prepare)
    {
        Spent spent = _woven.Count(prepare);
        return new Comparison(spent.Instructions, spent.Cost, _woven.CallsOutside().Values.Sum());
    }

    private object New(string type, params object[] arguments) =>
        Activator.CreateInstance(_woven.TypeOf(Root + type), arguments)!;

    private object? CallStatic(string type, string method, params object[] arguments) =>
        Invoke(_woven.TypeOf(Root + type), null, method, arguments);

    private static object? Call(object target, string method, params object[] arguments) =>
        Invoke(target.GetType(), target, method, arguments);

    private static object? Invoke(Type type, object? target, string method, object[] arguments)
    {
        const BindingFlags Flags = BindingFlags.InvokeMethod | BindingFlags.Public | BindingFlags.Instance
            | BindingFlags.Static
            | BindingFlags.DoNotWrapExceptions;
        return type.InvokeMember(method, Flags, null, target, arguments, null);
    }
}
