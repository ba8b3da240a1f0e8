using System;
using System.IO;
using System.Security.Cryptography;

namespace Spore.Signing;

/// <summary>
/// A file that is written whole or not at all: under another name beside the old one, then renamed. Disposing of it
/// before <see cref="Commit"/> leaves the old one.
/// </summary>
public sealed class ReplacementFile : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly string _path;
    private readonly string _target;
    private readonly string _temporary;
    private readonly bool _replace;
    private readonly UnixFileMode? _kept;
    private bool _isCommitted;

    /// <summary>Creates the file under its other name. An existing one keeps its mode.</summary>
    /// <param name="path">The path that the file will have.</param>
    /// <exception cref="InputException">It can't be created.</exception>
    public ReplacementFile(string path)
        : this(path, null, true)
    {
    }

    internal ReplacementFile(string path, UnixFileMode? mode, bool replace)
    {
        _path = path;
        _replace = replace;
        try
        {
            _target = Resolve(path);
            if (Directory.Exists(_target))
            {
                throw new InputException(path, null, "is a directory");
            }

            // A rename would put a file in the place of a device.
            if (!OperatingSystem.IsWindows() && _target.StartsWith("/dev/", StringComparison.Ordinal))
            {
                throw new InputException(path, null, "is not a regular file");
            }

            if (!replace && File.Exists(_target))
            {
                throw new InputException(path, null, "exists already; --force replaces it");
            }

            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = BufferSize,
            };
            if (mode is not null && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = mode;
            }

            _kept = mode is null && !OperatingSystem.IsWindows() && File.Exists(_target)
                ? File.GetUnixFileMode(_target)
                : null;
            string directory = Path.GetDirectoryName(_target)!;
            _temporary = Path.Combine(directory, $".spore-{RandomNumberGenerator.GetHexString(16, true)}.tmp");
            Stream = new FileStream(_temporary, options);
        }
        catch (Exception e) when (FileFault.Describe(e) is string what)
        {
            throw new InputException(path, null, what);
        }
    }

    /// <summary>What takes the file's bytes. Its failures are those of a <see cref="FileStream"/>.</summary>
    public FileStream Stream { get; }

    /// <summary>Should be called when all bytes are written: puts the file in the place of the old one.</summary>
    /// <exception cref="InputException">That is not possible; the old file is as it was.</exception>
    public void Commit()
    {
        try
        {
            Stream.Flush(true);
            Stream.Dispose();
            if (_kept is UnixFileMode old && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_temporary, old);
            }

            File.Move(_temporary, _target, _replace);
            _isCommitted = true;
        }
        catch (Exception e) when (FileFault.Describe(e) is string what)
        {
            throw new InputException(_path, null, what);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isCommitted)
        {
            return;
        }

        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // The disk is full, and what is left to write is not wanted.
        }

        try
        {
            File.Delete(_temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder has become read-only since. What is left there is not needed, and the first failure counts.
        }
    }

    // Where a symbolic link leads, so that the link stays one.
    private static string Resolve(string path) =>
        Path.GetFullPath(new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, true)!.FullName);
}
