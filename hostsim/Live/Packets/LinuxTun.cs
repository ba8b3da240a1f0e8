using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using Spore.Hostsim.Live.Pipeline;

namespace Spore.Hostsim.Live.Packets;

/// <summary>A TUN interface of Linux, which is there until disposed of (Documentation/networking/tuntap.rst).</summary>
internal sealed partial class LinuxTun : IPacketOutput, IDisposable
{
    /// <summary>The longest name of an interface, in bytes.</summary>
    public const int MaxName = 15;

    /// <summary>What a program needs to make an interface and to change routes, for people.</summary>
    public const string Capability = "CAP_NET_ADMIN; run it as root or with this capability";

    private const string Device = "/dev/net/tun";
    private const int ReadWrite = 2;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const nuint SetInterface = 0x400454CA;
    private const nuint GetFeatures = 0x800454CF;
    private const nuint SetOffload = 0x400454D0;
    private const short Tun = 0x0001;
    private const short NoPacketInformation = 0x1000;
    private const short VirtioHeaders = 0x4000;
    private const short Exclusive = unchecked((short)0x8000);
    private const nuint OffloadChecksum = 0x01;
    private const nuint OffloadTcp4 = 0x02;
    private const nuint OffloadTcp6 = 0x04;
    private const nuint OffloadUdp4 = 0x20;
    private const nuint OffloadUdp6 = 0x40;
    private const short Readable = 0x0001;
    private const int RequestSize = 40;
    private const int FlagsOffset = 16;

    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int Interrupted = 4;
    private const int NoSuchDevice = 6;
    private const int TryAgain = 11;
    private const int AccessDenied = 13;
    private const int Busy = 16;
    private const int Invalid = 22;

    private readonly SafeFileHandle _handle;
    private readonly SafeFileHandle _wake;
    private readonly int _headerSize;
    private readonly bool _joinsUdp;
    private Thread? _reader;
    private volatile bool _closed;

    /// <summary>Makes an interface.</summary>
    /// <param name="name">Its name; it must not exist yet.</param>
    /// <exception cref="HostsimException">It can't be made.</exception>
    public LinuxTun(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new HostsimException("--tun works on Linux only");
        }

        Name = name;
        int descriptor = Open(Device, ReadWrite | NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            throw new HostsimException(Marshal.GetLastPInvokeError() switch
            {
                NoSuchFile or NoSuchDevice => $"{Device}: there is no TUN driver on this machine",
                NotPermitted or AccessDenied => $"{Device}: no right to make a TUN interface, which takes {Capability}",
                int error => $"{Device}: {Marshal.GetPInvokeErrorMessage(error)}",
            });
        }

        _handle = new SafeFileHandle(descriptor, true);
        byte[] request = new byte[RequestSize];
        bool hasHeaders = Control(_handle, GetFeatures, request) == 0
            && (BitConverter.ToInt32(request) & VirtioHeaders) != 0;
        _headerSize = hasHeaders ? VirtioHeader.Size : 0;
        Array.Clear(request);
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(
            request.AsSpan(FlagsOffset),
            (short)(Tun | NoPacketInformation | Exclusive | (hasHeaders ? VirtioHeaders : 0)));
        if (Control(_handle, SetInterface, request) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            _handle.Dispose();
            throw new HostsimException(error switch
            {
                NotPermitted => $"{name}: no right to make a TUN interface, which takes {Capability}",
                Busy or Invalid => $"{name}: there is an interface of that name already; choose another with --tun",
                _ => $"{name}: {Marshal.GetPInvokeErrorMessage(error)}",
            });
        }

        _wake = new SafeFileHandle(OpenEvent(0, NonBlocking | CloseOnExec), true);
        if (hasHeaders)
        {
            // A kernel that accepts this can cut large datagrams (Linux 6.2); it is not to hand them over.
            const nuint Tcp = OffloadChecksum | OffloadTcp4 | OffloadTcp6;
            _joinsUdp = Control(_handle, SetOffload, Tcp | OffloadUdp4 | OffloadUdp6) == 0;

            // A kernel that does not want to hand over large segments goes on with small ones.
            Control(_handle, SetOffload, Tcp);
        }
    }

    /// <summary>Takes packets, only valid during the call; called on a thread of the interface's own.</summary>
    public delegate void Receiver(PacketsRead packets);

    /// <summary>The interface's name.</summary>
    public string Name { get; }

    /// <summary>Starts to take what the machine sends by this interface.</summary>
    /// <param name="receiver">What takes the packets.</param>
    public void Start(Receiver receiver)
    {
        _reader = new Thread(() => Receive(receiver)) { IsBackground = true, Name = "TUN" };
        _reader.Start();
    }

    /// <inheritdoc/>
    public PacketBatch NewBatch()
    {
        return new PacketBatch(_headerSize > 0, _joinsUdp);
    }

    /// <inheritdoc/>
    /// <remarks>They are lost where the interface is down, too.</remarks>
    public unsafe void Send(PacketBatch batch)
    {
        Vector* vectors = stackalloc Vector[PacketBatch.MaxPieces];
        for (int i = 0; i < batch.Count && !_closed; i++)
        {
            ReadOnlySpan<ArraySegment<byte>> pieces = batch.At(i)[(_headerSize > 0 ? 0 : 1)..];
            for (int j = 0; j < pieces.Length; j++)
            {
                // They are pinned.
                ref byte start = ref MemoryMarshal.GetArrayDataReference(pieces[j].Array!);
                vectors[j].Base = (byte*)Unsafe.AsPointer(ref start) + pieces[j].Offset;
                vectors[j].Length = (nuint)pieces[j].Count;
            }

            WriteVectors(_handle, vectors, pieces.Length);
        }

        batch.Clear();
    }

    /// <summary>Should be called after the interface is up again.</summary>
    public void Resume()
    {
        ulong once = 1;
        Write(_wake, ref Unsafe.As<ulong, byte>(ref once), sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed = true;
        Resume();
        _reader?.Join();
        _handle.Dispose();
        _wake.Dispose();
    }

    private void Receive(Receiver receiver)
    {
        PacketsRead packets = new(_headerSize);
        PollDescriptor[] descriptors =
        [
            new() { Descriptor = (int)_wake.DangerousGetHandle(), Events = Readable },
            new() { Descriptor = (int)_handle.DangerousGetHandle(), Events = Readable },
        ];
        byte[] count = new byte[sizeof(ulong)];
        while (!_closed)
        {
            bool isDown = false;
            Span<byte> room = packets.Room();
            while (!room.IsEmpty)
            {
                nint length = Read(_handle, ref MemoryMarshal.GetReference(room), (nuint)room.Length);
                if (length <= 0)
                {
                    // Before Linux 4.16 EIO while the interface is down; EBADFD when it was deleted.
                    isDown = length < 0 && Marshal.GetLastPInvokeError() is not (TryAgain or Interrupted);
                    break;
                }

                packets.Add((int)length);
                room = packets.Room();
            }

            if (!packets.IsEmpty)
            {
                receiver(packets);
            }
            else
            {
                // An interface that can't be read would be reported without end: then for the wake alone.
                Poll(descriptors, isDown ? 1u : 2u, -1);
                if (descriptors[0].Occurred != 0)
                {
                    Read(_wake, ref MemoryMarshal.GetArrayDataReference(count), sizeof(ulong));
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle handle, nuint request, byte[] argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle handle, nuint request, nuint argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle handle, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle handle, ref readonly byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "writev", SetLastError = true)]
    private static unsafe partial nint WriteVectors(SafeFileHandle handle, Vector* vectors, int count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll([In, Out] PollDescriptor[] descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int OpenEvent(uint count, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Occurred;
    }
}
