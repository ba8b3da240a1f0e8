using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

/// <summary>
/// Which files <see cref="SecretFile.OpenAppend"/> accepts, and what it does to those that it does not accept.
/// </summary>
public sealed partial class SecretAppendTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everyone = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const uint Other = 12345;

    private readonly FlashFolder _folder = new();

    public SecretAppendTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "the owner is only known there");

    private string Target => _folder.File("keys");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_of_ones_own_is_appended_to_and_closed_to_others()
    {
        Append("a");
        Assert.Equal("a", File.ReadAllText(Target));
        Assert.Equal(OwnerOnly, ModeOf(Target));
        SetMode(Target, Everyone);
        Append("b");
        Assert.Equal("ab", File.ReadAllText(Target));
        Assert.Equal(OwnerOnly, ModeOf(Target));
    }

    [Fact]
    public void A_file_of_another_owner_is_refused_and_stays_as_it_is()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to give a file away");
        File.WriteAllText(Target, "old");
        SetMode(Target, Everyone | UnixFileMode.OtherWrite);
        Assert.Equal(0, ChangeOwner(Target, Other, Other));
        Refused($"belongs to another user (uid {Other}), who could read the secrets in it; choose a new file");
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal(Everyone | UnixFileMode.OtherWrite, ModeOf(Target));
    }

    [Fact]
    public void A_fifo_of_another_owner_is_refused_though_somebody_reads_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to give a file away");
        MakeFifo();
        Assert.Equal(0, ChangeOwner(Target, Other, Other));
        using FileStream reader = new(Target, FileMode.Open, FileAccess.ReadWrite);
        Refused($"belongs to another user (uid {Other}), who could read the secrets in it; choose a new file");
    }

    [Fact]
    public void A_fifo_that_nobody_reads_is_refused_at_once()
    {
        MakeFifo();
        Refused("is a socket, or a FIFO that no process reads");
    }

    [Fact]
    public void A_file_with_another_name_is_refused()
    {
        File.WriteAllText(Target, "old");
        Assert.Equal(0, Link(Target, _folder.File("elsewhere")));
        SetMode(Target, Everyone);
        Refused("has 2 names (hard links), so others may read the secrets in it; choose a new file");
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal(Everyone, ModeOf(Target));
    }

    [Theory]
    [InlineData("target")]
    [InlineData("none")]
    public void A_symbolic_link_is_refused_and_not_followed(string target)
    {
        _folder.Write("target", "old");
        File.CreateSymbolicLink(Target, _folder.File(target));
        Refused("is a symbolic link, which may lead anywhere; name the file itself");
        Assert.Equal("old", File.ReadAllText(_folder.File("target")));
        Assert.False(File.Exists(_folder.File("none")));
    }

    [Theory]
    [InlineData(".", "is a directory")]
    [InlineData("no/such", "no such directory")]
    public void What_is_no_file_is_refused(string name, string what)
    {
        Assert.Equal(what, Assert.Throws<InputException>(() => SecretFile.OpenAppend(_folder.File(name))).What);
    }

    [Fact]
    public void A_device_keeps_its_mode()
    {
        UnixFileMode before = ModeOf("/dev/full");
        if (Environment.IsPrivilegedProcess)
        {
            using Stream stream = SecretFile.OpenAppend("/dev/full");
            Assert.Equal("No space left on device", Assert.Throws<IOException>(() => stream.Write([1])).Message);
        }
        else
        {
            Assert.Throws<InputException>(() => SecretFile.OpenAppend("/dev/full"));
        }

        Assert.Equal(before, ModeOf("/dev/full"));
    }

#pragma warning disable CA1416 // Only Linux gets here.
    private static UnixFileMode ModeOf(string path) => File.GetUnixFileMode(path);

    private static void SetMode(string path, UnixFileMode mode) => File.SetUnixFileMode(path, mode);
#pragma warning restore CA1416

    private void MakeFifo()
    {
        using Process process = Process.Start("mkfifo", [Target]);
        process.WaitForExit();
    }

    private void Append(string text)
    {
        using StreamWriter writer = new(SecretFile.OpenAppend(Target));
        writer.Write(text);
    }

    private void Refused(string what)
    {
        Assert.Equal(what, Assert.Throws<InputException>(() => SecretFile.OpenAppend(Target)).What);
    }

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
