using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>
/// A socket to the kernel's routing (rtnetlink(7)): either for requests, or for the events of some groups.
/// </summary>
internal sealed partial class NetlinkSocket : IDisposable
{
    private const int Family = 16;
    private const int Raw = 3;
    private const int CloseOnExec = 0x80000;
    private const int NetlinkLevel = 270;
    private const int StrictChecking = 12;
    private const int SocketLevel = 1;
    private const int ForceReceiveBuffer = 33;
    private const int EventBuffer = 1 << 20;
    private const int Truncated = 0x20;
    private const int DoNotWait = 0x40;
    private const int MostEvents = 4096;
    private const int BufferSize = 1 << 17;

    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly Lock _requesting = new();
    private uint _sequence;
    private volatile bool _closing;

    /// <summary>Opens a socket.</summary>
    /// <param name="groups">
    /// The groups whose events it receives, as numbers of <c>enum rtnetlink_groups</c>; none for a socket for requests.
    /// </param>
    /// <exception cref="HostsimException">The kernel does not give one.</exception>
    public NetlinkSocket(params ReadOnlySpan<int> groups)
    {
        int descriptor = Open(Family, Raw | CloseOnExec, 0);
        if (descriptor < 0)
        {
            throw Refused();
        }

        _handle = new SafeFileHandle(descriptor, true);
        Address address = new() { Family = Family };
        foreach (int group in groups)
        {
            address.Groups |= 1u << (group - 1);
        }

        uint size = (uint)Marshal.SizeOf<Address>();
        if (Bind(_handle, address, size) < 0 || NameOf(_handle, ref address, ref size) < 0)
        {
            HostsimException refused = Refused();
            _handle.Dispose();
            throw refused;
        }

        Port = address.Port;

        // A kernel without it (before 4.20) dumps more than was asked for, which the callers pass over.
        SetOption(_handle, NetlinkLevel, StrictChecking, 1, sizeof(int));
        if (groups.Length > 0)
        {
            SetOption(_handle, SocketLevel, ForceReceiveBuffer, EventBuffer, sizeof(int));
        }
    }

    /// <summary>
    /// The number by which the kernel knows this socket; events name it that follow from its requests.
    /// </summary>
    public uint Port { get; }

    /// <summary>Asks the kernel to change something, and waits for its answer.</summary>
    /// <param name="message">The request, with NLM_F_ACK.</param>
    /// <returns>0, or the number of the error (errno(3)); then nothing has changed.</returns>
    public int Request(NetlinkMessage message)
    {
        lock (_requesting)
        {
            int error = Send(message, out uint sequence);
            while (error == 0)
            {
                error = Receive(out int length);
                foreach (Part part in Parts(error == 0 ? length : 0))
                {
                    if (part.Sequence == sequence && part.Type == Rtnetlink.Error)
                    {
                        return -MemoryMarshal.Read<int>(_buffer.AsSpan(part.Offset));
                    }
                }
            }

            return error;
        }
    }

    /// <summary>Asks the kernel for one object.</summary>
    /// <param name="message">The request.</param>
    /// <param name="error">0, or the number of the error (errno(3)).</param>
    /// <returns>The object, or null after an error.</returns>
    public NetlinkReply? Find(NetlinkMessage message, out int error)
    {
        lock (_requesting)
        {
            error = Send(message, out uint sequence);
            while (error == 0)
            {
                error = Receive(out int length);
                foreach (Part part in Parts(error == 0 ? length : 0))
                {
                    if (part.Sequence != sequence)
                    {
                        continue;
                    }

                    if (part.Type != Rtnetlink.Error)
                    {
                        return ReplyOf(part);
                    }

                    error = -MemoryMarshal.Read<int>(_buffer.AsSpan(part.Offset));
                    return null;
                }
            }

            return null;
        }
    }

    /// <summary>Asks the kernel for all objects of a kind.</summary>
    /// <param name="message">The request, with NLM_F_DUMP.</param>
    /// <param name="replies">
    /// What there is; less than all where the kernel changed it meanwhile, after which an event follows.
    /// </param>
    /// <returns>0, or the number of the error (errno(3)).</returns>
    public int Dump(NetlinkMessage message, List<NetlinkReply> replies)
    {
        lock (_requesting)
        {
            int error = Send(message, out uint sequence);
            while (error == 0)
            {
                error = Receive(out int length);
                foreach (Part part in Parts(error == 0 ? length : 0))
                {
                    if (part.Sequence != sequence)
                    {
                        continue;
                    }

                    if (part.Type is Rtnetlink.Done or Rtnetlink.Error)
                    {
                        return part.Size < sizeof(int) ? 0 : -MemoryMarshal.Read<int>(_buffer.AsSpan(part.Offset));
                    }

                    replies.Add(ReplyOf(part));
                }
            }

            return error;
        }
    }

    /// <summary>Waits for events.</summary>
    /// <param name="events">All events that came so far; empty, with true returned, where some were lost.</param>
    /// <returns>False when the socket is closing.</returns>
    public bool Wait(List<NetlinkReply> events)
    {
        events.Clear();
        bool isLost = false;
        int error = Receive(out int length);
        while (!_closing && error is 0 or Rtnetlink.NoBuffers)
        {
            isLost |= error != 0;
            foreach (Part part in Parts(error == 0 ? length : 0))
            {
                if (part.Type > Rtnetlink.Done)
                {
                    events.Add(ReplyOf(part));
                }
            }

            // What has come meanwhile is answered by the same look at the machine.
            error = events.Count < MostEvents ? Receive(out length, DoNotWait) : Rtnetlink.TryAgain;
        }

        if (isLost)
        {
            events.Clear();
        }

        return !_closing && error == Rtnetlink.TryAgain;
    }

    /// <summary>Ends a <see cref="Wait"/> that another thread is in, now or later.</summary>
    public void Wake()
    {
        _closing = true;

        // The answer to any request wakes the reader; closing the descriptor would not.
        Send(new NetlinkMessage(Rtnetlink.GetLink, Rtnetlink.Acknowledge, new byte[Rtnetlink.LinkSize]), out _);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
    }

    private static HostsimException Refused()
    {
        return new HostsimException(
            $"the kernel gives no netlink socket ({Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())})");
    }

    private int Send(NetlinkMessage message, out uint sequence)
    {
        sequence = ++_sequence;
        ReadOnlySpan<byte> bytes = message.Finish(sequence);
        nint sent;
        do
        {
            sent = SendTo(
                _handle,
                bytes,
                (nuint)bytes.Length,
                0,
                new Address { Family = Family },
                (uint)Marshal.SizeOf<Address>());
        }
        while (sent < 0 && Marshal.GetLastPInvokeError() == Rtnetlink.Interrupted);

        return sent < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    private int Receive(out int length, int flags = 0)
    {
        nint count;
        do
        {
            count = ReceiveFrom(_handle, _buffer, (nuint)_buffer.Length, Truncated | flags, 0, 0);
        }
        while (count < 0 && Marshal.GetLastPInvokeError() == Rtnetlink.Interrupted);

        length = (int)count;

        // With MSG_TRUNC the length is the message's own. The kernel cuts a dump to the buffer, so
        // a longer one can't be.
        return count < 0 ? Marshal.GetLastPInvokeError() : count > _buffer.Length ? Rtnetlink.NoBuffers : 0;
    }

    private NetlinkReply ReplyOf(Part part)
    {
        return new NetlinkReply(part.Type, part.Port, _buffer.AsSpan(part.Offset, part.Size).ToArray());
    }

    private IEnumerable<Part> Parts(int length)
    {
        int offset = 0;
        while (length - offset >= NetlinkMessage.HeaderSize)
        {
            int size = BitConverter.ToInt32(_buffer, offset);
            if (size < NetlinkMessage.HeaderSize || size > length - offset)
            {
                yield break;
            }

            yield return new Part(
                BitConverter.ToUInt16(_buffer, offset + 4),
                BitConverter.ToUInt32(_buffer, offset + 8),
                BitConverter.ToUInt32(_buffer, offset + 12),
                offset + NetlinkMessage.HeaderSize,
                size - NetlinkMessage.HeaderSize);
            offset += NetlinkMessage.Align(size);
        }
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(SafeFileHandle handle, in Address address, uint size);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int NameOf(SafeFileHandle handle, ref Address address, ref uint size);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(SafeFileHandle handle, int level, int name, in int value, uint size);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(
        SafeFileHandle handle, ReadOnlySpan<byte> bytes, nuint length, int flags, in Address address, uint size);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    private static partial nint ReceiveFrom(
        SafeFileHandle handle, [Out] byte[] buffer, nuint length, int flags, nint address, nint size);

    private readonly record struct Part(int Type, uint Sequence, uint Port, int Offset, int Size);

    /// <summary><c>struct sockaddr_nl</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }
}
