using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Emulator;

/// <summary>Measures the primitives, each on a device of its own, and BouncyCastle's on the same inputs.</summary>
internal sealed class PrimitiveBench
{
    private const int Heap = 512 * 1024;
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const string Fixture = "Spore.Tests.Device.Fixture";
    private const string LargeNetwork = "Spore.Tests.Device.LargeNetwork";

    private static readonly byte[] _key = [.. Enumerable.Range(0, 2 * KeySize).Select(i => (byte)((i * 7) + 1))];

    private readonly string _file;
    private readonly BouncyCastle _bouncyCastle;

    /// <summary>Names the code to measure.</summary>
    /// <param name="file">The assembly of the device tests; the firmware is looked for beside it.</param>
    /// <param name="bouncyCastle">What to compare with.</param>
    public PrimitiveBench(string file, BouncyCastle bouncyCastle)
    {
        _file = file;
        _bouncyCastle = bouncyCastle;
    }

    /// <summary>Measures them.</summary>
    /// <returns>The rows.</returns>
    /// <exception cref="ProgramException">The code is not there, or the two don't agree on a result.</exception>
    public IEnumerable<BenchRow> Measure()
    {
        HeapBlock zero = Machine.Int(0);
        yield return Primitive("X25519", 1_220_000, "Spore.Crypto.X25519", "Multiply", new byte[KeySize],
            (m, result) => [result, zero, m.NewBytes(_key), Machine.Int(KeySize), m.NewBytes(_key), zero],
            result => _bouncyCastle.Multiply(result, _key[KeySize..], _key[..KeySize]));
        yield return Primitive("X25519 of the base point", 0, "Spore.Crypto.X25519", "MultiplyBase", new byte[KeySize],
            (m, result) => [result, zero, m.NewBytes(_key), Machine.Int(KeySize)],
            result => _bouncyCastle.MultiplyBase(result, _key[KeySize..]));
        yield return HeaderVerification();
        yield return EpochVerification("signatures of a head in an epoch", false);
        yield return EpochVerification("the same, its certificate known and the signing key decoded", true);
        yield return ProofVerification();
        yield return Compression(
            "BLAKE2s compression", 5_700, "Spore.Crypto.Blake2s", 64, 32, _bouncyCastle.Blake2s, Machine.Int(32));
        yield return Compression("SHA-512 block", 10_300, "Spore.Crypto.Sha512", 128, 64, _bouncyCastle.Sha512);
        yield return Sealing(64, 13_400);
        yield return Sealing(1024, 113_000);
        using Machine machine = Load();
        machine.ClearCounters();
        machine.Call(machine.Program.FindMethod("Spore.Crypto.SelfTest::Run"));
        yield return new BenchRow("power-on self-test", machine.Instructions, machine.Cost, 0);
    }

    private static void ExpectSame(string name, ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs)
    {
        if (!ours.SequenceEqual(theirs))
        {
            throw new ProgramException("bench", $"BouncyCastle's result differs: {name}");
        }
    }

    private BenchRow Primitive(
        string name,
        long wanted,
        string type,
        string method,
        byte[] result,
        Func<Machine, HeapBlock, HeapBlock[]> arguments,
        Func<byte[], Comparison> other)
    {
        using Machine machine = Load();
        HeapBlock made = machine.NewObject(type);
        HeapBlock ours = machine.NewBytes(result);
        HeapBlock[] given = arguments(machine, ours);
        DeviceMethod called = machine.Program.FindMethod($"{type}::{method}");
        machine.ClearCounters();
        machine.Call(called, [made, .. given]);
        Comparison taken = other(result);
        ExpectSame(name, Machine.BytesOf(ours), result);
        return new BenchRow(name, machine.Instructions, machine.Cost, wanted, taken);
    }

    private BenchRow Sealing(int length, long wanted)
    {
        HeapBlock zero = Machine.Int(0);
        byte[] key = _key[..KeySize];
        byte[] nonce = _key[..NonceSize];
        return Primitive(
            $"ChaCha20-Poly1305, {length} bytes",
            wanted,
            "Spore.Crypto.ChaCha20Poly1305",
            "Seal",
            new byte[length + TagSize],
            (m, result) =>
            [
                m.NewBytes(key), zero, m.NewBytes(nonce), zero, Machine.Null(), zero, zero, result, zero,
                Machine.Int(length),
            ],
            result => _bouncyCastle.Seal(result, key, nonce, new byte[length]));
    }

    // A hash of some more blocks, so that only the block is counted and what is around it not.
    private BenchRow Compression(
        string name,
        long wanted,
        string type,
        int block,
        int digest,
        Func<byte[], byte[], Comparison> other,
        params HeapBlock[] begin)
    {
        const int More = 8;
        byte[] few = new byte[block];
        byte[] many = new byte[block * (1 + More)];
        byte[] result = new byte[digest];
        Spent ofFew = Hash(type, few, new byte[digest], begin);
        Spent ofMany = Hash(type, many, result, begin);
        byte[] others = new byte[digest];
        Comparison compared = Comparison.PerStep(other(others, many), other(new byte[digest], few), More);
        ExpectSame(name, result, others);
        return new BenchRow(
            name,
            (ofMany.Instructions - ofFew.Instructions) / More,
            (ofMany.Cost - ofFew.Cost) / More,
            wanted,
            compared);
    }

    private Spent Hash(string type, byte[] message, byte[] result, HeapBlock[] begin)
    {
        using Machine machine = Load();
        HeapBlock hash = machine.NewObject(type);
        HeapBlock bytes = machine.NewBytes(message);
        HeapBlock digest = machine.NewBytes(result);
        machine.ClearCounters();
        machine.Call(machine.Program.FindMethod($"{type}::Begin"), [hash, .. begin]);
        machine.Call(
            machine.Program.FindMethod($"{type}::Update"), hash, bytes, Machine.Int(0), Machine.Int(message.Length));
        machine.Call(machine.Program.FindMethod($"{type}::Finish"), hash, digest, Machine.Int(0));
        Machine.BytesOf(digest).CopyTo(result);
        return new Spent(machine.Instructions, machine.Cost);
    }

    private BenchRow HeaderVerification()
    {
        using ScenarioRun run = new(_file, Heap, 1);
        run.Machine.ClearCounters();
        if (!run.Load(0, 1))
        {
            throw new ProgramException("bench", "expected, and not so: the network is loaded");
        }

        Spent spent = run.SpentIn("Spore.SignedNetwork.HeadVerifier::Verify");
        ReadOnlySpan<byte> identity = Machine.BytesOf(run.Machine.StaticField(Fixture, "FirstIdentity"));
        ReadOnlySpan<byte> network = Machine.BytesOf(run.Machine.StaticField(Fixture, "NetworkVersion1"));
        Comparison compared = _bouncyCastle.Verify(
            identity[40..72].ToArray(), network[..80].ToArray(), network[80..144].ToArray());
        return new BenchRow(
            "Ed25519 verification of a network header", spent.Instructions, spent.Cost, 1_450_000, compared);
    }

    private BenchRow EpochVerification(string name, bool isCertified)
    {
        using TrustRootKey root = TrustRootKey.FromSeed(_key.AsSpan(0, KeySize));
        using SigningKey signingKey = SigningKey.FromSeed(_key.AsSpan(KeySize, KeySize));
        signingKey.Accept(root.Certify(1, signingKey.PublicKey), "certificate");
        NetworkDescription network = new() { Version = VersionText.Make(1, 1) };
        network.Peers.Add(new PeerDescription { PublicKey = root.PublicKey });
        byte[] file = NetworkSigner.Sign(network, signingKey);

        using Machine machine = Load();
        HeapBlock ed25519 = machine.NewObject("Spore.Crypto.Ed25519", []);
        HeapBlock zero = Machine.Int(0);
        HeapBlock verifier = machine.NewObject(
            "Spore.SignedNetwork.HeadVerifier", ed25519, machine.NewBytes(root.PublicKey), zero);
        HeapBlock head = machine.NewBytes(file.AsSpan(0, NetworkHeader.MaxHeadSize));
        DeviceMethod verify = machine.Program.FindMethod("Spore.SignedNetwork.HeadVerifier::Verify");
        machine.Call(verify, verifier, head, zero, Machine.Int(0));
        machine.ClearCounters();
        HeapBlock result = machine.Call(verify, verifier, head, zero, Machine.Int(isCertified ? 1 : 0));
        return result.I4 != 0
            ? new BenchRow(name, machine.Instructions, machine.Cost, 0)
            : throw new ProgramException("bench", "expected, and not so: the head verifies");
    }

    // The entry of the second node among 100,000.
    private BenchRow ProofVerification()
    {
        using Machine machine = Load();
        HeapBlock proof = machine.Call(machine.Program.FindMethod(LargeNetwork + "::SecondProof"));
        HeapBlock head = machine.Call(machine.Program.FindMethod(LargeNetwork + "::Head"));
        HeapBlock hash = machine.NewObject("Spore.Crypto.Blake2s");
        HeapBlock root = machine.NewBytes(new byte[MerkleTree.HashSize]);
        HeapBlock zero = Machine.Int(0);
        machine.ClearCounters();
        HeapBlock fault = machine.Call(
            machine.Program.FindMethod("Spore.SignedNetwork.EntryProof::Verify"),
            proof,
            zero,
            Machine.Int(Machine.BytesOf(proof).Length),
            head,
            zero,
            hash,
            root,
            zero);
        return fault.I4 == 0
            ? new BenchRow("proof of an entry among 100,000", machine.Instructions, machine.Cost, 0)
            : throw new ProgramException("bench", "expected, and not so: the proof verifies");
    }

    private Machine Load()
    {
        Machine machine = new(new DeviceProgram([_file]), Heap, TextWriter.Null);
        machine.Start();
        return machine;
    }
}
