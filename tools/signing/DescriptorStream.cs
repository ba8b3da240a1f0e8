using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Spore.Signing;

/// <summary>
/// Writes to a file descriptor by write(2), without a buffer and without a file position of its own. Unlike the
/// stream of <see cref="Console"/> it reports a pipe that no process reads. Unlike <see cref="FileStream"/> it shares
/// the file position with the other holders of the descriptor. Not for Windows.
/// </summary>
/// <param name="handle">The descriptor, which the stream disposes of.</param>
public sealed class DescriptorStream(SafeFileHandle handle) : WriteOnlyStream
{
    private const int Forever = -1;

    /// <inheritdoc/>
    /// <remarks>
    /// Waits as long as the descriptor takes no bytes. After an <see cref="IOException"/> a part may have been
    /// written.
    /// </remarks>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint count = Posix.Write(handle, buffer, buffer.Length);
            int error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (count >= 0)
            {
                buffer = buffer[(int)count..];
            }
            else if (error == Posix.EAGAIN)
            {
                // Whoever made the descriptor, or shares it, has set O_NONBLOCK.
                Posix.PollDescriptor descriptor = new()
                {
                    Descriptor = (int)handle.DangerousGetHandle(),
                    Events = Posix.POLLOUT,
                };
                _ = Posix.Poll(ref descriptor, 1, Forever);
            }
            else if (error != Posix.EINTR)
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            handle.Dispose();
        }

        base.Dispose(disposing);
    }
}
