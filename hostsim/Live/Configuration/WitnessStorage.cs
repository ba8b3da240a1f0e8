using System;
using Microsoft.Win32.SafeHandles;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Serving;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Hostsim.Live.Configuration;

/// <summary>
/// The storage of a witness: keeps the newest network that the node has applied in its <c>--network</c> file, so that
/// the witness has it after a restart. A thread of its own writes the file (<see cref="ReplacementFile"/>).
/// </summary>
/// <param name="path">The path of the file; null where the operator has given none.</param>
/// <param name="largest">The most bytes that a network may have.</param>
/// <param name="trustRoot">The public key of the trust root, 32 bytes.</param>
/// <param name="timeline">Where the result is reported.</param>
/// <param name="retry">How long to wait after a failure; null for a minute.</param>
internal sealed class WitnessStorage(
    string? path, int largest, byte[] trustRoot, LiveTimeline timeline, TimeSpan? retry = null) : IDisposable
{
    // Also the lock for what follows.
    private readonly object _gate = new();
    private LatestWork<byte[]>? _work;
    private bool _isWitness;
    private ulong _version;

    // The thread's own: the fault that was reported last; null for none.
    private string? _fault;

    /// <summary>
    /// Called after a network was applied. Copies it where the node is a witness by this network, or was one by the
    /// network before it: the file must not give a role back that the newest network takes away.
    /// </summary>
    /// <param name="version">The network version.</param>
    /// <param name="network">The network file.</param>
    /// <param name="isWitness">Whether the node's own entry has the witness's role.</param>
    public void Follow(ulong version, ReadOnlySpan<byte> network, bool isWitness)
    {
        lock (_gate)
        {
            bool isKept = isWitness || _isWitness;
            _isWitness = isWitness;
            if (!isKept || version == _version)
            {
                return;
            }

            _version = version;
            _work ??= new LatestWork<byte[]>("storage", TryKeep, retry);
            _work.Put(network.ToArray());
        }
    }

    /// <summary>Waits a moment for the network that is being written, and writes no other.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _work?.Dispose();
        }
    }

    /// <summary>Keeps a network, and reports the result where it is not what was reported last.</summary>
    /// <returns>Whether it need not be tried again.</returns>
    private bool TryKeep(byte[] network)
    {
        try
        {
            string? done = Keep(network);
            if (done != null || _fault != null)
            {
                timeline.Tell("network stored", "green", done ?? $"{path}, {Version(network)}");
            }

            _fault = null;
            return true;
        }
        catch (InputException exception)
        {
            if (exception.Message != _fault)
            {
                timeline.Tell(
                    "no storage",
                    "red",
                    $"{exception.Message}; this witness will not know its network after a restart");
            }

            _fault = exception.Message;
            return path == null;
        }
    }

    // Returns what is to be reported; null where the file has held the network already.
    private string? Keep(byte[] network)
    {
        if (path == null)
        {
            throw new InputException("--network", null, "is not given");
        }

        byte[] held = Held(path);
        if (held.AsSpan().SequenceEqual(network))
        {
            // The failure that the next network would meet is reported now.
            using ReplacementFile trial = new(path);
            return null;
        }

        if (IsNewer(held, network))
        {
            return $"{path} stays: its {Version(held)} is newer than {Version(network)}; HUP reads it";
        }

        OutputFile.Write(path, network);
        return $"{path}, {Version(network)}";
    }

    // A rename would put a file in the place of a FIFO or device. On systems other than Linux .NET does not tell them.
    private byte[] Held(string file)
    {
        if (OperatingSystem.IsLinux())
        {
            using SafeFileHandle handle = new(Posix.Open(file, Posix.O_PATH | Posix.O_CLOEXEC, 0), true);
            if (handle.IsInvalid)
            {
                // Removed since the start: it is written anew. Another fault is found by the write.
                return [];
            }

            if (FileStatus.Read(handle, out FileStatus status) != 0 || !status.IsRegular)
            {
                throw new InputException(file, null, "is not a regular file");
            }
        }

        return InputFile.Read(file, largest);
    }

    // The operator may have put a network there that the node has not read yet.
    private bool IsNewer(byte[] held, byte[] network)
    {
        try
        {
            NetworkReader.Verify(held, path!, trustRoot);
            return NetworkHeader.Version(held, 0) > NetworkHeader.Version(network, 0);
        }
        catch (InputException)
        {
            // It holds no network of this trust root, so that nothing is lost.
            return false;
        }
    }

    private static string Version(byte[] network) =>
        $"version {VersionText.Format(NetworkHeader.Version(network, 0))}";
}
