using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Spore.Hostsim.Control;
using Spore.Hostsim.Live.Output;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.CommandLine;
using Spore.Signing;

namespace Spore.Hostsim.Live.Configuration;

/// <summary>
/// The files that a node starts with and reads again on SIGHUP: its network, and the preshared keys of configured
/// peers.
/// </summary>
/// <param name="options">Says which files.</param>
/// <param name="limits">What the node can hold: of a larger network it holds a part.</param>
/// <param name="trustRoot">The public key that has to have signed the network.</param>
internal sealed class NodeFiles(NodeOptions options, NetworkLimits limits, byte[] trustRoot)
{
    // In milliseconds. Files take less.
    private const int ReloadPatience = 1000;

    private readonly Dictionary<string, byte[]> _presharedKeys = [];

    /// <summary>
    /// The network that was loaded last, where the node holds a part of it only; else null. To be used under the node's
    /// lock.
    /// </summary>
    public NetworkArchive? Archive { get; private set; }

    /// <summary>Waits for a file. A FIFO holds up who opens it until somebody else writes it.</summary>
    /// <param name="read">Reads the file, on another thread.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <typeparam name="T">The type of what is read.</typeparam>
    /// <returns>What was read.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static T Await<T>(Func<T> read, CancellationToken cancel)
    {
        return Task.Run(read, cancel).WaitAsync(cancel).GetAwaiter().GetResult();
    }

    /// <summary>Reads and verifies the network.</summary>
    /// <param name="cancel">Ends the wait for a file.</param>
    /// <returns>The network, or null when none was given.</returns>
    /// <exception cref="InputException">The file can't be read, or is not a network of the trust root.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public StoredNetwork? ReadNetwork(CancellationToken cancel)
    {
        return options.Network is { } path ? Await(() => ReadNetwork(path), cancel) : null;
    }

    /// <summary>Reads the preshared keys, for <see cref="TakePresharedKey"/>.</summary>
    /// <param name="cancel">Ends the wait for a file.</param>
    /// <exception cref="HostsimException">A key is of no configured peer, or a peer has two.</exception>
    /// <exception cref="InputException">A file can't be read, or has no preshared key in it.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public void ReadPresharedKeys(CancellationToken cancel)
    {
        foreach (KeyFileArgument file in options.PresharedKeys)
        {
            string key = KeyText.Format(file.Key);
            if (!options.Peers.Any(p => p.Key.AsSpan().SequenceEqual(file.Key)))
            {
                throw new UsageException("--psk-file", $"{key} is given by no --peer");
            }

            if (!_presharedKeys.TryAdd(key, Await(() => PresharedKeyFile.Read(file.Path), cancel)))
            {
                throw new UsageException("--psk-file", $"{key} has two of them");
            }
        }
    }

    /// <summary>The preshared key that was read for a peer. The caller owns it from now on.</summary>
    /// <param name="peer">The peer's public key.</param>
    /// <returns>32 bytes, or null when there is none or it was taken before.</returns>
    public byte[]? TakePresharedKey(byte[] peer)
    {
        return _presharedKeys.Remove(KeyText.Format(peer), out byte[]? key) ? key : null;
    }

    /// <summary>Gives a node a network that was verified.</summary>
    /// <param name="node">The node.</param>
    /// <param name="network">The network.</param>
    /// <param name="name">What the network is called in messages.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <exception cref="HostsimException">The node refuses it, and has what it had.</exception>
    public void Load(Node node, StoredNetwork network, string name, long now)
    {
        NetworkFault fault;
        if (network.Archive == null)
        {
            fault = node.Load(network.Bytes, 0, network.Bytes.Length, now);
        }
        else
        {
            byte[] own = network.Archive.ProofOf(node.PublicKey) ?? throw new HostsimException(
                $"{name}: has {network.Archive.Count} members, more than a node holds, and this node is "
                + "none of them; give this node a network that names it");

            // The node asks for proofs of its peers while it loads the part.
            NetworkArchive? before = Archive;
            Archive = network.Archive;
            fault = node.LoadPart(network.Bytes, 0, own, now);
            Archive = fault == NetworkFault.None ? Archive : before;
        }

        if (fault != NetworkFault.None)
        {
            throw new NetworkRefusedException(fault, $"{name}: {NetworkFaultText.Describe(fault)}");
        }
    }

    /// <summary>
    /// Reads all files again and reports each that can't be used. Such a file leaves what it gave before.
    /// </summary>
    /// <param name="change">
    /// Called with what is to be done with the node and its clock: does it under the node's lock, or drops it when the
    /// node has stopped. The lock is not held while a file is read.
    /// </param>
    /// <param name="timeline">Where the result is reported.</param>
    public void Reload(Action<Action<Node, long>> change, LiveTimeline timeline)
    {
        List<string> read = [];
        if (options.Network is { } path)
        {
            Reload(timeline, path, () => InputFile.Read(path, NetworkReader.SizeLimit), bytes =>
            {
                StoredNetwork network = Verify(bytes, path);
                change((node, now) =>
                {
                    Load(node, network, path, now);
                    read.Add($"{path}, version {VersionText.Format(node.NetworkVersion)}");
                });
            });
        }

        foreach (KeyFileArgument file in options.PresharedKeys)
        {
            Reload(timeline, file.Path, () => PresharedKeyFile.Read(file.Path), key => change((node, _) =>
            {
                // False for a peer that wg has removed since.
                if (node.SetPresharedKey(file.Key, 0, key))
                {
                    read.Add(file.Path);
                }
            }));
        }

        if (read.Count > 0)
        {
            timeline.Tell("reloaded", "green", string.Join("; ", read));
        }
        else if (options.Network == null && options.PresharedKeys.Count == 0)
        {
            timeline.Tell("reloaded", "blue", "nothing: there is no --network and no --psk-file");
        }
    }

    /// <summary>Verifies a network.</summary>
    /// <param name="network">The file's bytes.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <returns>The network.</returns>
    /// <exception cref="InputException">It is no network of the trust root.</exception>
    public StoredNetwork Verify(byte[] network, string name)
    {
        NetworkReader.Verify(network, name, trustRoot);
        bool isWhole = NetworkHeader.IsWithin(network, 0, limits);
        return new StoredNetwork(network, isWhole ? null : new NetworkArchive(network, name));
    }

    // On a slow machine the signatures take longer than a file.
    private static void Reload(LiveTimeline timeline, string path, Func<byte[]> read, Action<byte[]> use)
    {
        try
        {
            byte[] content;
            using (Timer late = new(
                _ => timeline.Tell("not reloaded", "yellow", $"{path}: nothing can be read from it yet"),
                null,
                ReloadPatience,
                Timeout.Infinite))
            {
                content = read();
            }

            use(content);
        }
        catch (Exception exception) when (exception is HostsimException or InputException)
        {
            string reason = exception.Message;
            timeline.Tell(
                "not reloaded",
                "red",
                reason.StartsWith(path, StringComparison.Ordinal) ? reason : $"{path}: {reason}");
        }
    }

    private StoredNetwork ReadNetwork(string path)
    {
        return Verify(InputFile.Read(path, NetworkReader.SizeLimit), path);
    }
}
