using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Sockets;

/// <summary>The groups of users of this machine (Linux).</summary>
internal static partial class UserGroup
{
    // struct group: two pointers, then gr_gid.
    private static readonly int _numberOffset = 2 * IntPtr.Size;

    /// <summary>Finds a group.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its number; null where the machine has none of that name.</returns>
    public static uint? Find(string name)
    {
        nint group = OperatingSystem.IsLinux() ? FindByName(name) : 0;
        return group == 0 ? null : (uint)Marshal.ReadInt32(group, _numberOffset);
    }

    /// <summary>Gives a file to a group.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="group">The number of the group.</param>
    /// <exception cref="IOException">The system refuses it.</exception>
    public static void Give(string path, uint group)
    {
        if (ChangeOwner(path, uint.MaxValue, group) != 0)
        {
            string reason = new Win32Exception(Marshal.GetLastPInvokeError()).Message;
            throw new IOException($"can't be given to the group {group}: {reason}");
        }
    }

    // getgrnam(3). Called at the start only, on one thread.
    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FindByName(string name);

    // chown(2).
    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeOwner(string path, uint owner, uint group);
}
