using System;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace Spore.Hostsim.Live;

/// <summary>A TUN interface of Linux, which is there until disposed of (Documentation/networking/tuntap.rst).</summary>
internal sealed partial class LinuxTun : IDisposable
{
    /// <summary>The longest name of an interface, in bytes.</summary>
    public const int MaxName = 15;

    private const string Device = "/dev/net/tun";
    private const int ReadWrite = 2;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const nuint SetInterface = 0x400454CA;
    private const short Tun = 0x0001;
    private const short NoPacketInformation = 0x1000;
    private const short Readable = 0x0001;
    private const int RequestSize = 40;
    private const int FlagsOffset = 16;
    private const int PollEvery = 500;

    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int Interrupted = 4;
    private const int NoSuchDevice = 6;
    private const int TryAgain = 11;
    private const int AccessDenied = 13;
    private const int Busy = 16;
    private const int Invalid = 22;

    private readonly SafeFileHandle _handle;
    private readonly int _mtu;
    private Thread? _reader;
    private volatile bool _closed;

    /// <summary>Makes an interface.</summary>
    /// <param name="name">Its name; it must not exist yet.</param>
    /// <param name="mtu">The largest packet that will be taken from it.</param>
    /// <exception cref="HostsimException">It can't be made.</exception>
    public LinuxTun(string name, int mtu)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new HostsimException("--tun works on Linux only");
        }

        Name = name;
        _mtu = mtu;
        int descriptor = Open(Device, ReadWrite | NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            throw new HostsimException(Marshal.GetLastPInvokeError() switch
            {
                NoSuchFile or NoSuchDevice => $"{Device}: there is no TUN driver on this machine",
                NotPermitted or AccessDenied => $"{Device}: no right to make a TUN interface; run as root",
                int error => $"{Device}: {Marshal.GetPInvokeErrorMessage(error)}",
            });
        }

        _handle = new SafeFileHandle(descriptor, true);
        byte[] request = new byte[RequestSize];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(FlagsOffset), (short)(Tun | NoPacketInformation));
        if (Control(_handle, SetInterface, request) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            _handle.Dispose();
            throw new HostsimException(error switch
            {
                NotPermitted => $"{name}: no right to make a TUN interface; run as root",
                Busy => $"{name}: the interface is in use",
                Invalid => $"{name}: there is another kind of interface of that name",
                _ => $"{name}: {Marshal.GetPInvokeErrorMessage(error)}",
            });
        }
    }

    /// <summary>Takes a packet, only valid during the call; called on a thread of the interface's own.</summary>
    public delegate void Receiver(byte[] buffer, int length);

    /// <summary>The interface's name.</summary>
    public string Name { get; }

    /// <summary>Starts to take what the machine sends by this interface.</summary>
    /// <param name="receiver">What takes the packets.</param>
    public void Start(Receiver receiver)
    {
        _reader = new Thread(() => Receive(receiver)) { IsBackground = true, Name = "TUN" };
        _reader.Start();
    }

    /// <summary>Hands a packet to the machine. It is lost where the machine has no room for it or the interface is down.</summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length.</param>
    public void Send(byte[] buffer, int offset, int length)
    {
        if (!_closed)
        {
            Write(_handle, ref MemoryMarshal.GetReference(buffer.AsSpan(offset, length)), (nuint)length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed = true;
        _reader?.Join();
        _handle.Dispose();
    }

    private void Receive(Receiver receiver)
    {
        byte[] buffer = new byte[_mtu];
        PollDescriptor descriptor = new() { Descriptor = (int)_handle.DangerousGetHandle(), Events = Readable };
        while (!_closed)
        {
            nint length = Read(_handle, ref MemoryMarshal.GetArrayDataReference(buffer), (nuint)buffer.Length);
            if (length > 0)
            {
                receiver(buffer, (int)length);
            }
            else if (length == 0 || Marshal.GetLastPInvokeError() is TryAgain or Interrupted)
            {
                // Woken at times, to see that the interface is to go.
                Poll(ref descriptor, 1, PollEvery);
            }
            else
            {
                // EIO while the interface is down.
                Thread.Sleep(PollEvery);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle handle, nuint request, byte[] argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle handle, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle handle, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Occurred;
    }
}
