using System;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Whether a descriptor is the stream that JOURNAL_STREAM names, as stat(1) names it.</summary>
public sealed class JournalStreamTests
{
    public JournalStreamTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the journal is on Linux");
    }

    [Fact]
    public void A_socket_is_known_by_its_device_and_inode()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        AssertNamed(socket.SafeHandle.DangerousGetHandle());
    }

    [Fact]
    public void A_file_is_known_by_its_device_and_inode()
    {
        using FileStream file = File.Create(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), 1, FileOptions.DeleteOnClose);
        AssertNamed(file.SafeFileHandle.DangerousGetHandle());
    }

    private static void AssertNamed(nint descriptor)
    {
        using SafeFileHandle handle = new(descriptor, false);
        string stream = Stat(descriptor);
        Assert.True(JournalStream.Names(stream, handle), stream);
        int colon = stream.IndexOf(':');
        string[] others = [$"{stream}1", $"1{stream}", stream[..colon], $"0:{stream[(colon + 1)..]}", ""];
        foreach (string other in others)
        {
            Assert.False(JournalStream.Names(other, handle), other);
        }
    }

    private static string Stat(nint descriptor)
    {
        ProcessStartInfo info = new("stat", ["-Lc", "%d:%i", $"/proc/{Environment.ProcessId}/fd/{descriptor}"])
        {
            RedirectStandardOutput = true,
        };
        using Process stat = Process.Start(info)!;
        string text = stat.StandardOutput.ReadToEnd().Trim();
        stat.WaitForExit();
        Assert.Equal(0, stat.ExitCode);
        return text;
    }
}
