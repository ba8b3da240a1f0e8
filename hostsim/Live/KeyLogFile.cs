using System;
using System.Collections.Generic;
using System.IO;
using Spore.Signing;

namespace Spore.Hostsim.Live;

/// <summary>Writes the WireGuard key log that Wireshark and tshark read (<c>wg.keylog_file</c>). Whoever has it can decrypt this node's captures.</summary>
internal sealed class KeyLogFile : IKeyLog, IDisposable
{
    private readonly StreamWriter _writer;
    private readonly HashSet<string> _remotes = [];

    /// <summary>Opens a key log to append to; it is made, or made to be, readable by its owner alone.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="privateKey">The node's own private key, which the log begins with.</param>
    /// <exception cref="HostsimException">The file can't be written.</exception>
    public KeyLogFile(string path, ReadOnlySpan<byte> privateKey)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStreamOptions options = new() { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            FileStream file = new(path, options);
            _writer = new StreamWriter(file) { AutoFlush = true, NewLine = "\n" };
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
            }

            Write("LOCAL_STATIC_PRIVATE_KEY", privateKey);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HostsimException($"{path}: the key log can't be written ({exception.Message})");
        }
    }

    /// <summary>Notes a peer, once.</summary>
    /// <param name="publicKey">Its public key.</param>
    public void Remote(ReadOnlySpan<byte> publicKey)
    {
        if (_remotes.Add(KeyText.Format(publicKey)))
        {
            Write("REMOTE_STATIC_PUBLIC_KEY", publicKey);
        }
    }

    /// <inheritdoc/>
    public void Ephemeral(byte[] privateKey, int offset, byte[]? presharedKey)
    {
        Write("LOCAL_EPHEMERAL_PRIVATE_KEY", privateKey.AsSpan(offset, KeyText.KeySize));
        if (presharedKey != null)
        {
            // It belongs to the key above it.
            Write("PRESHARED_KEY", presharedKey);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
    }

    private void Write(string name, ReadOnlySpan<byte> key)
    {
        _writer.WriteLine($"{name} = {KeyText.Format(key)}");
    }
}
