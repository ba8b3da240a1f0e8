using System;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Spore.Perf;

/// <summary>Waits for datagrams on many sockets (epoll(7)).</summary>
internal sealed partial class EventPoll : IDisposable
{
    private const int Add = 1;
    private const int Readable = 1;
    private const int MostEvents = 256;

    // The structure is packed on this architecture only.
    private static readonly int _dataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int _size = _dataOffset + 8;

    private readonly SafeFileHandle _handle = new(Create(0), true);
    private readonly byte[] _events = new byte[MostEvents * _size];

    /// <summary>Adds a socket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="number">By what <see cref="Number"/> names it.</param>
    public void Watch(Socket socket, int number)
    {
        byte[] change = new byte[_size];
        BitConverter.TryWriteBytes(change, Readable);
        BitConverter.TryWriteBytes(change.AsSpan(_dataOffset), number);
        if (Control(_handle, Add, (int)socket.Handle, change) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Waits until datagrams are there.</summary>
    /// <param name="milliseconds">For how long at most.</param>
    /// <returns>The number of sockets that have some.</returns>
    public int Wait(int milliseconds) => Math.Max(0, Wait(_handle, _events, MostEvents, milliseconds));

    /// <summary>Names one of the sockets that have datagrams.</summary>
    /// <param name="index">Which of them.</param>
    /// <returns>Its number.</returns>
    public int Number(int index) => BitConverter.ToInt32(_events, (index * _size) + _dataOffset);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle poll, int operation, int descriptor, byte[] change);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int Wait(SafeFileHandle poll, byte[] events, int most, int milliseconds);
}
