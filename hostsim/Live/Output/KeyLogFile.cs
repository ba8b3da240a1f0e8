using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using Spore.Base;
using Spore.Signing;

namespace Spore.Hostsim.Live.Output;

/// <summary>
/// Writes the WireGuard key log that Wireshark and tshark read (<c>wg.keylog_file</c>). Whoever has it can decrypt
/// this node's captures. A thread of its own writes it, so a file that takes no bytes neither ends nor stops the node
/// (<see cref="BackgroundLog{T}"/>).
/// </summary>
internal sealed class KeyLogFile : IKeyLog, IDisposable
{
    private const string LocalStatic = "LOCAL_STATIC_PRIVATE_KEY";
    private const string RemoteStatic = "REMOTE_STATIC_PUBLIC_KEY";
    private const string LocalEphemeral = "LOCAL_EPHEMERAL_PRIVATE_KEY";
    private const string Preshared = "PRESHARED_KEY";
    private const int LongestName = 27;

    private static readonly string[] _names = [LocalStatic, RemoteStatic, LocalEphemeral, Preshared];

    // In milliseconds. A blocked file does not keep the node from ending.
    private const int FlushPatience = 300;

    private readonly Sink _sink;
    private readonly BackgroundLog<byte[]> _log;
    private readonly HashSet<string> _remotes = [];

    /// <summary>Opens a key log to append to; it is its owner's alone (<see cref="SecretFile.OpenAppend"/>).</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="privateKey">The node's own private key, with which the log begins.</param>
    /// <param name="timeline">Where failures to write are reported.</param>
    /// <exception cref="InputException">The file can't be opened or is refused.</exception>
    public KeyLogFile(string path, ReadOnlySpan<byte> privateKey, LiveTimeline timeline)
        : this(Open(path), privateKey, timeline)
    {
    }

    /// <summary>Writes a key log to a stream.</summary>
    /// <param name="stream">The stream, which the key log disposes of.</param>
    /// <param name="privateKey">The node's own private key.</param>
    /// <param name="timeline">Where failures to write are reported.</param>
    internal KeyLogFile(Stream stream, ReadOnlySpan<byte> privateKey, LiveTimeline timeline)
    {
        _sink = new Sink(stream, timeline);
        _log = new BackgroundLog<byte[]>(_sink);
        AddStatic(Line(LocalStatic, privateKey));
    }

    /// <summary>Notes a peer, once.</summary>
    /// <param name="publicKey">Its public key.</param>
    public void Remote(ReadOnlySpan<byte> publicKey)
    {
        if (_remotes.Add(KeyText.Format(publicKey)))
        {
            AddStatic(Line(RemoteStatic, publicKey));
        }
    }

    /// <inheritdoc/>
    public void Ephemeral(byte[] privateKey, int offset, byte[]? presharedKey)
    {
        byte[] line = Line(LocalEphemeral, privateKey.AsSpan(offset, KeyText.KeySize));
        if (presharedKey == null)
        {
            _log.Add(line);
            return;
        }

        // It belongs to the key above it, so neither is written without the other.
        byte[] second = Line(Preshared, presharedKey);
        _log.Add([.. line, .. second]);
        CryptographicOperations.ZeroMemory(line);
        CryptographicOperations.ZeroMemory(second);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Close(FlushPatience);
        _sink.Dispose();
    }

    // A mistyped path must not spoil an identity or a network.
    private static Stream Open(string path)
    {
        Stream stream = SecretFile.OpenAppend(path);
        try
        {
            DemandKeyLog(path);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static void DemandKeyLog(string path)
    {
        Span<byte> start = stackalloc byte[LongestName];
        FileInfo file = new(path);
        if (file.Exists && file.Length > 0)
        {
            start = start[..SecretFile.Read(path, start)];
            bool isKeyLog = false;
            foreach (string name in _names)
            {
                isKeyLog |= start.StartsWith(Encoding.ASCII.GetBytes(name));
            }

            CryptographicOperations.ZeroMemory(start);
            if (!isKeyLog)
            {
                throw new InputException(
                    path, null, "exists already, with something else in it than a key log; choose a new file");
            }
        }
    }

    private static byte[] Line(string name, ReadOnlySpan<byte> key)
    {
        const string Separator = " = ";
        int start = name.Length + Separator.Length;
        byte[] line = new byte[start + Base64.GetMaxEncodedToUtf8Length(key.Length) + 1];
        Encoding.ASCII.GetBytes(name + Separator, line);
        Base64.EncodeToUtf8(key, line.AsSpan(start), out _, out _);
        line[^1] = (byte)'\n';
        return line;
    }

    private void AddStatic(byte[] line)
    {
        _sink.Keep(line);
        _log.Add(line);
    }

    /// <summary>Writes the entries: one or two lines each, in ASCII, wiped after they are written or lost.</summary>
    private sealed class Sink(Stream stream, LiveTimeline timeline) : ILogSink<byte[]>, IDisposable
    {
        // Also its own lock.
        private readonly List<byte[]> _statics = [];

        /// <summary>
        /// Keeps a copy of an entry with a static key. After a loss it is written again, since without it no other
        /// entry is of use.
        /// </summary>
        public void Keep(byte[] entry)
        {
            lock (_statics)
            {
                _statics.Add([.. entry]);
            }
        }

        /// <inheritdoc/>
        public void Write(byte[] entry)
        {
            stream.Write(entry);
        }

        /// <inheritdoc/>
        public void WriteLoss(long count, string reason, bool wasCut)
        {
            byte[][] statics;
            lock (_statics)
            {
                statics = [.. _statics];
            }

            if (wasCut)
            {
                // Readers skip what is left of the cut line, and an empty line.
                stream.Write("\n"u8);
            }

            foreach (byte[] entry in statics)
            {
                stream.Write(entry);
            }

            string entries = count == 1
                ? "1 entry was lost"
                : string.Create(CultureInfo.InvariantCulture, $"{count} entries were lost");
            timeline.Tell("key log", "yellow", $"is written again; {entries}");
        }

        /// <inheritdoc/>
        public void Lose(string reason)
        {
            timeline.Tell("key log", "red", $"can't be written: {reason}");
        }

        /// <inheritdoc/>
        public void Release(byte[] entry)
        {
            CryptographicOperations.ZeroMemory(entry);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            stream.Dispose();
            lock (_statics)
            {
                _statics.ForEach(e => CryptographicOperations.ZeroMemory(e));
            }
        }
    }
}
