using System;
using System.IO;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class SecretFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FlashFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_file_is_its_owners_alone_and_nothing_else_is_left()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }

        SecretFile.Write(_folder.File("a"), [1, 2], false);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder.File("a")));
        Assert.Equal([1, 2], _folder.Read("a"));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
        Assert.False(SecretFile.IsExposed(_folder.File("a")));

        File.SetUnixFileMode(_folder.File("a"), OwnerOnly | UnixFileMode.GroupRead);
        Assert.True(SecretFile.IsExposed(_folder.File("a")));
        SecretFile.Write(_folder.File("a"), [3], true);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder.File("a")));
        Assert.Equal([3], _folder.Read("a"));
    }

    [Fact]
    public void An_existing_file_stays_unless_forced()
    {
        SecretFile.Write(_folder.File("a"), [1], false);
        InputException fault = Assert.Throws<InputException>(() => SecretFile.Write(_folder.File("a"), [2], false));
        Assert.Equal("exists already; --force replaces it", fault.What);
        Assert.Equal([1], _folder.Read("a"));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_link_stays_a_link_and_its_target_is_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps links for administrators");
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("target"));
        SecretFile.Write(_folder.File("link"), [1], false);
        Assert.Equal(_folder.File("target"), new FileInfo(_folder.File("link")).LinkTarget);
        Assert.Equal([1], _folder.Read("target"));
    }

    [Theory]
    [InlineData(".", "is a directory")]
    [InlineData("no/such", "no such directory")]
    public void What_can_not_be_written_is_told(string name, string what)
    {
        Assert.Equal(what, Assert.Throws<InputException>(() => SecretFile.Write(_folder.File(name), [1], true)).What);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Devices_are_not_replaced()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only there");
        Assert.Equal(
            "is not a regular file",
            Assert.Throws<InputException>(() => SecretFile.Write("/dev/null", [1], true)).What);
    }
}
