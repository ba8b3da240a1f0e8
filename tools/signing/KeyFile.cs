using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Spore.Signing;

/// <summary>
/// The text file of a key or a certificate. Its first line says what it holds. A plain key has its seed on the second
/// line; an encrypted key has its public key, the parameters of Argon2id and the sealed seed as <c>name = value</c>.
/// The lines of a certificate follow, where there is one.
/// </summary>
public sealed class KeyFile : IDisposable
{
    private const int FileLimit = 4096;
    private const string PublicName = "public";
    private const string ParametersName = "argon2id";
    private const string SealedName = "sealed";
    private const string RootName = "root";
    private const string CertificateName = "certificate";
    private const string Damaged = "the file is damaged";

    private static readonly (string Header, KeyFileKind Kind, bool IsEncrypted)[] _headers =
    [
        ("# spore trust root (Ed25519 seed): keep this file secret", KeyFileKind.TrustRoot, false),
        ("# spore trust root (encrypted Ed25519 seed)", KeyFileKind.TrustRoot, true),
        ("# spore signing key (Ed25519 seed): keep this file secret", KeyFileKind.SigningKey, false),
        ("# spore signing key (encrypted Ed25519 seed)", KeyFileKind.SigningKey, true),
        ("# spore certificate of a signing key", KeyFileKind.Certificate, false),
    ];

    private static readonly string[] _kinds =
    [
        "a trust root key file (flash root new makes one)",
        "a signing key file (flash signing new makes one)",
        "the certificate of a signing key (flash root certify --public makes one)",
    ];

    private readonly string _path;
    private readonly byte[] _seed;
    private readonly SealedSeed? _sealed;

    private KeyFile(
        string path,
        KeyFileKind kind,
        byte[] publicKey,
        byte[] seed,
        SealedSeed? sealedSeed,
        KeyCertificate? certificate)
    {
        _path = path;
        _seed = seed;
        _sealed = sealedSeed;
        Kind = kind;
        PublicKey = publicKey;
        Certificate = certificate;
    }

    /// <summary>What it holds.</summary>
    public KeyFileKind Kind { get; }

    /// <summary>The public key, 32 bytes; of a certificate, the key that it certifies.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The certificate, or null.</summary>
    public KeyCertificate? Certificate { get; private set; }

    /// <summary>The trust root in it, 32 bytes; null for a signing key without a certificate.</summary>
    public byte[]? TrustRoot => Kind == KeyFileKind.TrustRoot ? PublicKey : Certificate?.TrustRoot;

    /// <summary>Reads a file. No passphrase is needed for what is public in it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="wanted">What it may hold, one or two kinds.</param>
    /// <returns>What it holds, to be disposed of. A certificate in it has verified, and is that of the key.</returns>
    /// <exception cref="InputException">It can't be read, or is something else.</exception>
    public static KeyFile Read(string path, params KeyFileKind[] wanted)
    {
        byte[] bytes = InputFile.Read(path, FileLimit);
        try
        {
            string[] lines = Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
            int header = Array.FindIndex(_headers, h => h.Header == lines[0]);
            if (header < 0 || !wanted.Contains(_headers[header].Kind))
            {
                string kinds = string.Join(" nor ", wanted.Select(k => _kinds[(int)k]));
                throw new InputException(
                    path, "line 1", $"this is {(wanted.Length == 1 ? "not" : "neither")} {kinds}");
            }

            return Read(path, _headers[header].Kind, _headers[header].IsEncrypted, lines);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Takes a certificate in the place of the one that the key has.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="where">The name of its file, for messages.</param>
    /// <exception cref="InputException">It does not fit the key.</exception>
    public void Accept(KeyCertificate certificate, string where)
    {
        certificate.CheckFor(PublicKey, Certificate, where);
        Certificate = certificate;
    }

    /// <summary>Writes the file. One of a key has mode 0600.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="force">Whether an existing file is replaced.</param>
    /// <exception cref="InputException">It exists already, or can't be written.</exception>
    public void Write(string path, bool force)
    {
        StringBuilder text = new();
        if (_sealed is null)
        {
            text.Append(Header(Kind, false));
            text.Append(Kind == KeyFileKind.Certificate ? "" : $"{KeyText.Format(_seed)}\n");
        }
        else
        {
            text.Append(Context(Kind, PublicKey)).Append(_sealed.Parameters).Append('\n');
            text.Append($"{SealedName} = {_sealed.Text}\n");
        }

        if (Certificate is not null)
        {
            text.Append($"{RootName} = {KeyText.Format(Certificate.TrustRoot)}\n");
            text.Append($"{CertificateName} = {Convert.ToBase64String(Certificate.Bytes)}\n");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (Kind == KeyFileKind.Certificate)
        {
            OutputFile.Write(path, bytes);
        }
        else
        {
            SecretFile.Write(path, bytes, force);
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Wipes the seed.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_seed);

    internal static KeyFile OfCertificate(KeyCertificate certificate) =>
        new("", KeyFileKind.Certificate, certificate.SigningKey, [], null, certificate);

    /// <summary>Makes the file of a key.</summary>
    /// <param name="kind">What the key is.</param>
    /// <param name="publicKey">The public key, 32 bytes.</param>
    /// <param name="seed">The seed, 32 bytes, which is wiped when the file is disposed of.</param>
    /// <param name="certificate">The key's certificate, or null.</param>
    /// <param name="passphrase">The passphrase to encrypt it with, or null.</param>
    /// <returns>The file.</returns>
    internal static KeyFile OfKey(
        KeyFileKind kind, byte[] publicKey, byte[] seed, KeyCertificate? certificate, byte[]? passphrase)
    {
        SealedSeed? sealedSeed =
            passphrase is null ? null : SealedSeed.Seal(seed, passphrase, Context(kind, publicKey));
        return new KeyFile("", kind, publicKey, seed, sealedSeed, certificate);
    }

    /// <summary>Opens the seed.</summary>
    /// <param name="passphrases">Where the passphrase comes from, if one is needed; null for nowhere.</param>
    /// <returns>32 bytes, which the caller wipes.</returns>
    /// <exception cref="InputException">There is no passphrase, or it is wrong.</exception>
    internal byte[] OpenSeed(IPassphrases? passphrases)
    {
        if (_sealed is null)
        {
            return [.. _seed];
        }

        byte[] passphrase = passphrases?.Ask(_path)
            ?? throw new InputException(_path, null, "this key is encrypted, and there is no passphrase");
        byte[]? seed = _sealed.Open(passphrase, Context(Kind, PublicKey));
        CryptographicOperations.ZeroMemory(passphrase);
        return seed ?? throw new InputException(_path, "passphrase", "it is wrong, or the file is damaged");
    }

    private static string Header(KeyFileKind kind, bool isEncrypted) =>
        Array.Find(_headers, h => h.Kind == kind && h.IsEncrypted == isEncrypted).Header + "\n";

    // What the seal covers, so that no part of it can be replaced unseen.
    private static string Context(KeyFileKind kind, byte[] publicKey) =>
        $"{Header(kind, true)}{PublicName} = {KeyText.Format(publicKey)}\n{ParametersName} = ";

    private static KeyFile Read(string path, KeyFileKind kind, bool isEncrypted, string[] lines)
    {
        byte[] seed = [];
        byte[] publicKey = [];
        SealedSeed? sealedSeed = null;
        bool isPlain = kind != KeyFileKind.Certificate && !isEncrypted;
        if (isPlain)
        {
            seed = (lines.Length > 1 ? KeyText.TryParse(lines[1]) : null)
                ?? throw new InputException(path, "line 2", $"the key is expected here; {Damaged}");
            using Key key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
            publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        }

        string[] names =
        [
            .. isEncrypted ? [PublicName, ParametersName, SealedName] : Array.Empty<string>(),
            .. kind == KeyFileKind.TrustRoot ? Array.Empty<string>() : [RootName, CertificateName],
        ];
        Dictionary<string, (int Line, string Value)> values = ReadValues(path, names, lines, isPlain ? 2 : 1);
        if (isEncrypted)
        {
            CheckAll(path, values, PublicName, ParametersName, SealedName);
            publicKey = ReadKey(path, PublicName, values[PublicName]);
            sealedSeed = SealedSeed.TryParse(values[ParametersName].Value, values[SealedName].Value)
                ?? throw new InputException(
                    path,
                    $"line {values[ParametersName].Line}",
                    $"{ParametersName} or {SealedName} is wrong; {Damaged}");
        }

        KeyCertificate? certificate = null;
        if (kind == KeyFileKind.Certificate || values.ContainsKey(RootName) || values.ContainsKey(CertificateName))
        {
            CheckAll(path, values, RootName, CertificateName);
            certificate = ReadCertificate(path, values[RootName], values[CertificateName]);
            publicKey = publicKey.Length == 0 ? certificate.SigningKey : publicKey;
            certificate.CheckFor(publicKey, null, path);
        }

        return new KeyFile(path, kind, publicKey, seed, sealedSeed, certificate);
    }

    private static Dictionary<string, (int Line, string Value)> ReadValues(
        string path, string[] names, string[] lines, int first)
    {
        Dictionary<string, (int Line, string Value)> values = [];
        for (int i = first; i < lines.Length; i++)
        {
            int equals = lines[i].IndexOf(" = ", StringComparison.Ordinal);
            if (equals < 0
                || !names.Contains(lines[i][..equals])
                || !values.TryAdd(lines[i][..equals], (i + 1, lines[i][(equals + 3)..])))
            {
                throw new InputException(path, $"line {i + 1}", $"nothing like this belongs here; {Damaged}");
            }
        }

        return values;
    }

    private static void CheckAll(
        string path, Dictionary<string, (int Line, string Value)> values, params string[] names)
    {
        foreach (string name in names.Where(n => !values.ContainsKey(n)))
        {
            throw new InputException(path, name, $"this line is missing; {Damaged}");
        }
    }

    private static byte[] ReadKey(string path, string name, (int Line, string Value) value) =>
        KeyText.TryParse(value.Value)
        ?? throw new InputException(path, $"line {value.Line}", $"{name} is not a key; {Damaged}");

    private static KeyCertificate ReadCertificate(
        string path, (int Line, string Value) root, (int Line, string Value) certificate)
    {
        byte[] trustRoot = ReadKey(path, RootName, root);
        byte[] bytes = new byte[certificate.Value.Length];
        if (!Convert.TryFromBase64String(certificate.Value, bytes, out int length))
        {
            throw new InputException(
                path, $"line {certificate.Line}", $"{CertificateName} is not base64; {Damaged}");
        }

        return KeyCertificate.TryRead(trustRoot, bytes[..length], out string? fault)
            ?? throw new InputException(path, $"line {certificate.Line}", $"{CertificateName}: {fault}");
    }
}
