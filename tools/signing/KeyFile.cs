using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

namespace Spore.Signing;

/// <summary>
/// The text file of a key or a certificate. Its first line says what it holds; the seed follows, where there is one,
/// then <c>name = value</c> for what belongs to it.
/// </summary>
internal sealed class KeyFile : IDisposable
{
    private const int FileLimit = 4096;
    private const string RootName = "root";
    private const string CertificateName = "certificate";
    private const string Damaged = "the file is damaged";

    private static readonly string[] _headers =
    [
        "# spore trust root (Ed25519 seed): keep this file secret",
        "# spore signing key (Ed25519 seed): keep this file secret",
        "# spore certificate of a signing key",
    ];

    private static readonly string[] _kinds =
    [
        "a trust root key file (flash root new makes one)",
        "a signing key file (flash signing new makes one)",
        "the certificate of a signing key (flash root certify --public makes one)",
    ];

    /// <summary>Takes what a file is to hold.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="seed">The Ed25519 seed, 32 bytes, which is wiped when this is disposed of; empty for none.</param>
    /// <param name="certificate">The certificate, or null.</param>
    public KeyFile(KeyFileKind kind, byte[] seed, KeyCertificate? certificate)
        : this("", kind, seed, certificate)
    {
    }

    private KeyFile(string path, KeyFileKind kind, byte[] seed, KeyCertificate? certificate)
    {
        Path = path;
        Kind = kind;
        Seed = seed;
        Certificate = certificate;
    }

    /// <summary>Where it was read.</summary>
    public string Path { get; }

    /// <summary>What it is.</summary>
    public KeyFileKind Kind { get; }

    /// <summary>The Ed25519 seed, 32 bytes; empty for none.</summary>
    public byte[] Seed { get; }

    /// <summary>The certificate, or null.</summary>
    public KeyCertificate? Certificate { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="wanted">What it may be, one or two kinds.</param>
    /// <returns>What it holds, to be disposed of. A certificate in it has verified.</returns>
    /// <exception cref="InputException">It can't be read, or is something else.</exception>
    public static KeyFile Read(string path, params KeyFileKind[] wanted)
    {
        byte[] bytes = InputFile.Read(path, FileLimit);
        try
        {
            string[] lines = Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
            int kind = Array.IndexOf(_headers, lines[0]);
            if (!wanted.Contains((KeyFileKind)kind))
            {
                string kinds = string.Join(" nor ", wanted.Select(k => _kinds[(int)k]));
                throw new InputException(
                    path, "line 1", $"this is {(wanted.Length == 1 ? "not" : "neither")} {kinds}");
            }

            return Read(path, (KeyFileKind)kind, lines);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Writes the file. One with a seed has mode 0600.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="force">Whether an existing file is replaced.</param>
    /// <exception cref="InputException">It exists already, or can't be written.</exception>
    public void Write(string path, bool force)
    {
        StringBuilder text = new(_headers[(int)Kind] + "\n");
        if (Seed.Length > 0)
        {
            text.Append(KeyText.Format(Seed)).Append('\n');
        }

        if (Certificate is not null)
        {
            text.Append($"{RootName} = {KeyText.Format(Certificate.TrustRoot)}\n");
            text.Append($"{CertificateName} = {Convert.ToBase64String(Certificate.Bytes)}\n");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (Seed.Length > 0)
        {
            SecretFile.Write(path, bytes, force);
        }
        else
        {
            OutputFile.Write(path, bytes);
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Wipes the seed.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(Seed);

    private static KeyFile Read(string path, KeyFileKind kind, string[] lines)
    {
        byte[] seed = [];
        int next = 1;
        if (kind != KeyFileKind.Certificate)
        {
            seed = (lines.Length > 1 ? KeyText.TryParse(lines[1]) : null)
                ?? throw new InputException(path, "line 2", $"the key is expected here; {Damaged}");
            next = 2;
        }

        Dictionary<string, (int Line, string Value)> values = ReadValues(path, kind, lines, next);
        return new KeyFile(path, kind, seed, ReadCertificate(path, kind, values));
    }

    private static Dictionary<string, (int Line, string Value)> ReadValues(
        string path, KeyFileKind kind, string[] lines, int first)
    {
        string[] names = kind == KeyFileKind.TrustRoot ? [] : [RootName, CertificateName];
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

    private static KeyCertificate? ReadCertificate(
        string path, KeyFileKind kind, Dictionary<string, (int Line, string Value)> values)
    {
        if (values.Count == 0 && kind != KeyFileKind.Certificate)
        {
            return null;
        }

        foreach (string name in new[] { RootName, CertificateName })
        {
            if (!values.ContainsKey(name))
            {
                throw new InputException(path, name, $"this line is missing; {Damaged}");
            }
        }

        (int rootLine, string rootText) = values[RootName];
        byte[] root = KeyText.TryParse(rootText)
            ?? throw new InputException(path, $"line {rootLine}", $"{RootName} is not a key; {Damaged}");
        (int line, string text) = values[CertificateName];
        byte[] bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int length))
        {
            throw new InputException(path, $"line {line}", $"{CertificateName} is not base64; {Damaged}");
        }

        return KeyCertificate.TryRead(root, bytes[..length], out string? fault)
            ?? throw new InputException(path, $"line {line}", $"{CertificateName}: {fault}");
    }
}
