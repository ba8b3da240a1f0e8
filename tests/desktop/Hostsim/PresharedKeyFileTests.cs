using System;
using System.IO;
using System.Linq;
using Spore.Hostsim.Live.Configuration;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary><c>--psk-file</c>: what stands on the command line, and what in the file.</summary>
public sealed class PresharedKeyFileTests : IDisposable
{
    private const string Key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    private const string NoFile = "there is no file behind the key; write KEY=FILE";
    private const string NoPublicKey = $"this is not a key; {KeyText.Form}";
    private const string Secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=";
    private const string NoKey = "is not one preshared key in base64 (wg genpsk makes one)";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string File => Path.Combine(_folder, "psk");

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n \t\n")]
    public void A_key_may_be_followed_by_white_space(string end)
    {
        System.IO.File.WriteAllText(File, Secret + end);
        Assert.Equal(Convert.FromBase64String(Secret), PresharedKeyFile.Read(File));
    }

    [Theory]
    [InlineData("", NoKey)]
    [InlineData("\n", NoKey)]
    [InlineData(" c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=", NoKey)]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U", NoKey)]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2V=", NoKey)] // A bit is set that means nothing.
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2==", NoKey)]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=x", NoKey)]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=\nc2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=", NoKey)]
    [InlineData("7365637265747365637265747365637265747365637265747365637265747365", NoKey)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "the preshared key is all zero, which means none")]
    public void What_is_not_one_key_is_refused_and_not_quoted(string text, string what)
    {
        System.IO.File.WriteAllText(File, text);
        InputException fault = Assert.Throws<InputException>(() => PresharedKeyFile.Read(File));
        Assert.Equal($"{File}: {what}", fault.Message);
    }

    [Fact]
    public void A_file_that_goes_on_and_on_is_refused()
    {
        System.IO.File.WriteAllText(File, Secret + new string(' ', 100_000));
        Assert.Throws<InputException>(() => PresharedKeyFile.Read(File));
    }

    [Theory]
    [InlineData($"{Key}=/a/b=c", "/a/b=c")]
    [InlineData("0101010101010101010101010101010101010101010101010101010101010101=psk", "psk")]
    public void A_key_and_a_file_are_told_apart(string text, string path)
    {
        KeyFileArgument argument = KeyFileArgument.TryParse(text, out _)!;
        Assert.Equal((Key, path), (KeyText.Format(argument.Key), argument.Path));
        Assert.Equal($"{Key}={path}", argument.ToString());
    }

    [Theory]
    [InlineData("", NoFile)]
    [InlineData("=", NoFile)]
    [InlineData("file", NoFile)]
    [InlineData("=file", NoPublicKey)]
    [InlineData(Key, NoFile)]
    [InlineData($"{Key}=", NoFile)]
    [InlineData("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=file", NoPublicKey)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==file", NodeKey.Unusable)]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000=file", NodeKey.Unusable)]
    public void What_is_no_key_and_file_is_refused(string text, string fault)
    {
        Assert.Null(KeyFileArgument.TryParse(text, out _));
        Run run = Run.Of("node", "--identity", "x", "--psk-file", text);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal($"hostsim: --psk-file: {fault} (see hostsim node --help){Environment.NewLine}", run.Error);
    }

    [Fact]
    public void A_node_says_in_one_line_what_is_wrong()
    {
        using TrustRootKey root = TrustRootKey.Generate();
        string identity = Path.Combine(_folder, "id");
        NodeIdentity.Generate(root.PublicKey, 0).Save(identity, false);
        System.IO.File.WriteAllText(File, Secret);
        string bad = Path.Combine(_folder, "bad");
        System.IO.File.WriteAllText(bad, Secret[..43]);

        AssertFails($"{_folder}/none: no such file", "--peer", Key, $"{Key}={_folder}/none");
        AssertFails($"{_folder}: is a directory", "--peer", Key, $"{Key}={_folder}");
        AssertFails($"{bad}: {NoKey}", "--peer", Key, $"{Key}={bad}");

        // What the command line alone shows.
        AssertMisused("--psk-file: KEY is given by no --peer", $"{Key}={File}");
        AssertMisused(
            "--peer: KEY is given twice; give it once, with one endpoint",
            "--peer", $"{Key}@127.0.0.1:1", "--peer", $"{Key}@127.0.0.1:2");
        AssertMisused("--psk-file: KEY has two of them", "--peer", Key, $"{Key}={File}", $"{Key}={File}");

        void AssertFails(string complaint, params string[] more) => AssertRun(1, complaint, more);

        void AssertMisused(string complaint, params string[] more) =>
            AssertRun(2, $"{complaint} (see hostsim node --help)", more);

        void AssertRun(int code, string complaint, params string[] more)
        {
            string[] args =
                [.. more.SelectMany(a => a.Contains("=/", StringComparison.Ordinal) ? new[] { "--psk-file", a } : [a])];
            Run run = Run.Of(["node", "--identity", identity, "--listen", "127.0.0.1:51899", .. args]);
            Assert.Equal(code, run.ExitCode);
            Assert.Equal($"hostsim: {complaint.Replace("KEY ", Key + " ")}{Environment.NewLine}", run.Error);
            Assert.Empty(run.Output);
        }
    }
}
