using System;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Spore.Signing;

/// <summary>
/// Standard output and standard error of a program, also where the program was started with some of them closed
/// (<c>&gt;&amp;-</c>) and where a write to them fails.
/// </summary>
public static class StandardStreams
{
    private const int OutputDescriptor = 1;
    private const int ErrorDescriptor = 2;

    private static readonly UTF8Encoding _encoding = new(false);

    /// <summary>
    /// Opens both. Should be called first in a program: it also keeps a closed descriptor from being the next file or
    /// socket that the program opens, to which output would then go.
    /// </summary>
    /// <returns>
    /// Output, whose writes fail with an <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/>;
    /// and Error, whose writes never fail, since there is nowhere left to report it.
    /// </returns>
    public static (TextWriter Output, TextWriter Error) Open()
    {
        if (OperatingSystem.IsWindows())
        {
            return (Console.Out, Writer(new LenientStream(Console.OpenStandardError())));
        }

        bool hasOutput = IsInherited(OutputDescriptor);
        bool hasError = IsInherited(ErrorDescriptor);
        Plug();

        // On a terminal .NET keeps the cursor's position, for which it has to see what is written.
        TextWriter output = !hasOutput ? Writer(new ClosedStream())
            : Console.IsOutputRedirected ? Writer(StreamOf(OutputDescriptor))
            : Console.Out;
        return (output, Writer(hasError ? new LenientStream(StreamOf(ErrorDescriptor)) : Stream.Null));
    }

    // The .NET runtime opens files before Main, and those get the numbers of closed descriptors. One of them is a
    // pipe of the runtime's own. Unlike an inherited descriptor they are all marked close-on-exec.
    private static bool IsInherited(int descriptor)
    {
        int flags = Posix.FileControl(descriptor, Posix.F_GETFD);
        return flags >= 0 && (flags & Posix.FD_CLOEXEC) == 0;
    }

    // open(2) returns the lowest number that is free.
    private static void Plug()
    {
        for (int descriptor = 0; descriptor <= ErrorDescriptor; descriptor++)
        {
            if (Posix.FileControl(descriptor, Posix.F_GETFD) < 0)
            {
                _ = Posix.Open("/dev/null", Posix.O_RDWR, 0);
            }
        }
    }

    private static DescriptorStream StreamOf(int descriptor) => new(new SafeFileHandle(descriptor, false));

    private static StreamWriter Writer(Stream stream) => new(stream, _encoding) { AutoFlush = true };

    /// <summary>Standard output where the program was started without it.</summary>
    private sealed class ClosedStream : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("it is closed");
    }

    /// <summary>Drops what can't be written.</summary>
    private sealed class LenientStream(Stream stream) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                stream.Write(buffer);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The message is lost; the exit code still tells.
            }
        }
    }
}
