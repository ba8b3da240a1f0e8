using System;
using System.IO;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>The file that a signed network is written to, and the network that is there already.</summary>
internal sealed class SignedTarget
{
    private readonly Terminal _terminal;
    private readonly DateTimeOffset _now;
    private readonly string _path;

    /// <summary>Takes a file.</summary>
    /// <param name="terminal">Where to write to.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="path">The file's path.</param>
    /// <param name="read">The paths of files that are read, which must be other files.</param>
    /// <exception cref="InputException">It is one of the files that are read.</exception>
    public SignedTarget(Terminal terminal, DateTimeOffset now, string path, params string[] read)
    {
        _terminal = terminal;
        _now = now;
        _path = path;
        if (Array.Exists(read, r => Path.GetFullPath(r) == Path.GetFullPath(path)))
        {
            throw new InputException(path, null, "this file is read, so the signed network can't be written to it");
        }
    }

    /// <summary>Reads the network that is there.</summary>
    /// <param name="trustRoot">The trust root that must have signed it, 32 bytes.</param>
    /// <returns>Its bytes, or null where there is no file.</returns>
    /// <exception cref="InputException">There is something else.</exception>
    public byte[]? Read(byte[] trustRoot)
    {
        if (!Path.Exists(_path))
        {
            return null;
        }

        byte[] bytes = InputFile.Read(_path, NetworkReader.SizeLimit);
        try
        {
            _terminal.Progress.Run(p =>
            {
                NetworkReader.Verify(bytes, _path, trustRoot, p);
                return bytes;
            });
        }
        catch (InputException)
        {
            throw new InputException(
                _path, null, "what is there already is no network of this trust root; --force replaces it");
        }

        return bytes;
    }

    /// <summary>
    /// Checks that a network may follow the one that is there. Signed twice, one version would be two networks: nodes
    /// keep the first they see, and the mesh splits. A jump is most often a typing error, and a revision that was
    /// spread can't be taken back.
    /// </summary>
    /// <param name="bytes">The network.</param>
    /// <param name="trustRoot">The trust root, 32 bytes.</param>
    /// <param name="where">The file and line of its version.</param>
    /// <exception cref="InputException">It may not, or there is something else.</exception>
    public void Check(byte[] bytes, byte[] trustRoot, string where)
    {
        if (Read(trustRoot) is not byte[] old || old.AsSpan().SequenceEqual(bytes))
        {
            return;
        }

        ulong held = NetworkHeader.Version(old, 0);
        ulong version = NetworkHeader.Version(bytes, 0);
        bool isNewer = version > held;
        if (isNewer && VersionText.Revision(version) <= VersionText.Revision(held) + 1)
        {
            return;
        }

        string there = held == version
            ? $"{_path} has this version too, with other content"
            : $"{_path} has {VersionText.Format(held)}";
        ulong revision = VersionText.Revision(held);
        int epoch = isNewer ? VersionText.Epoch(version) : VersionText.Epoch(held);
        string next = revision == VersionText.MaxRevision && epoch == VersionText.Epoch(held)
            ? "certify a signing key for another epoch"
            : $"write {VersionText.Format(VersionText.Make(epoch, Math.Min(revision + 1, VersionText.MaxRevision)))}";
        throw new InputException(
            where, "Version", $"it is {VersionText.Format(version)}, and {there}; {next} (--force replaces it)");
    }

    /// <summary>Writes a network, and shows it.</summary>
    /// <param name="bytes">The network.</param>
    /// <param name="trustRoot">The trust root, 32 bytes.</param>
    /// <exception cref="InputException">It can't be written.</exception>
    public void Write(byte[] bytes, byte[] trustRoot)
    {
        OutputFile.Write(_path, bytes);
        NetworkDescription network = _terminal.Progress.Run(p => NetworkReader.Read(bytes, _path, p));
        NetworkTable.WriteSummary(_terminal, _now, network, bytes, _path, trustRoot);
    }
}
