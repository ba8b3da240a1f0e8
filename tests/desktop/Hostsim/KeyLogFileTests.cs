using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Spore.Hostsim.Live.Output;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>A key log whose file takes no bytes for some time.</summary>
public class KeyLogFileTests
{
    private const int Patience = 60_000;

    private static readonly byte[] _own = Key(1);
    private static readonly byte[] _peer = Key(2);

    private readonly StringWriter _output = new();
    private readonly LiveTimeline _timeline;
    private readonly Target _target = new();

    public KeyLogFileTests() => _timeline = new LiveTimeline(_output, null);

    [Fact]
    public void An_ephemeral_key_is_written_with_its_preshared_key()
    {
        using (KeyLogFile log = new(_target, _own, _timeline))
        {
            log.Remote(_peer);
            log.Remote(_peer);
            log.Ephemeral(Key(3), 0, null);
            log.Ephemeral([9, .. Key(4)], 1, Key(5));
        }

        string psk = $"PRESHARED_KEY = {KeyText.Format(Key(5))}";
        Assert.Equal([Own(), Peer(), Ephemeral(3), Ephemeral(4), psk, ""], _target.Lines());
    }

    [Theory]
    [InlineData("SPOREID1 and a private key")]
    [InlineData("[Network]\nVersion = 1\n")]
    [InlineData("LOCAL_STATIC")]
    public void A_file_with_something_else_in_it_is_refused_and_stays(string content)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, content);
            InputException fault = Assert.Throws<InputException>(() => new KeyLogFile(path, _own, _timeline));
            Assert.Equal(
                $"{path}: exists already, with something else in it than a key log; choose a new file", fault.Message);
            Assert.Equal(content, File.ReadAllText(path));

            File.WriteAllText(path, Own() + "\n");
            using (KeyLogFile log = new(path, _own, _timeline))
            {
                log.Remote(_peer);
            }

            Assert.Equal([Own(), Own(), Peer()], File.ReadAllLines(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_failure_and_its_end_are_told_once_and_the_static_keys_are_written_again()
    {
        _target.IsFull = true;
        using KeyLogFile log = new(_target, _own, _timeline);
        log.Remote(_peer);
        log.Ephemeral(Key(3), 0, null);
        Until(() => _target.Failures == 3);
        _target.IsFull = false;
        log.Ephemeral(Key(4), 0, null);
        Until(() => _target.Lines().Length == 5);
        Assert.Equal(["", Own(), Peer(), Ephemeral(4), ""], _target.Lines());
        Assert.Equal(
            [
                "key log          can't be written: No space left on device",
                "key log          is written again; 3 entries were lost",
            ],
            Told());
    }

    [Fact]
    public void A_blocked_file_does_not_stop_the_node()
    {
        _target.Gate.Reset();
        KeyLogFile log = new(_target, _own, _timeline);
        for (int i = 0; i < 2000; i++)
        {
            log.Ephemeral(Key(3), 0, null);
        }

        log.Dispose();
        Assert.Equal(["key log          can't be written: the output was blocked"], Told());
        _target.Gate.Set();
    }

    private static byte[] Key(byte value) => [.. Enumerable.Repeat(value, KeyText.KeySize)];

    private static string Own() => $"LOCAL_STATIC_PRIVATE_KEY = {KeyText.Format(_own)}";

    private static string Peer() => $"REMOTE_STATIC_PUBLIC_KEY = {KeyText.Format(_peer)}";

    private static string Ephemeral(byte value) => $"LOCAL_EPHEMERAL_PRIVATE_KEY = {KeyText.Format(Key(value))}";

    private static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Patience));

    private string[] Told()
    {
        _timeline.Flush(Patience);
        return [.. _output.ToString().TrimEnd().Split('\n').Select(l => l[31..])];
    }

    private sealed class Target : WriteOnlyStream
    {
        private readonly MemoryStream _bytes = new();
        private volatile bool _isFull;
        private volatile int _failures;

        public bool IsFull { set => _isFull = value; }

        public int Failures => _failures;

        public ManualResetEventSlim Gate { get; } = new(true);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Gate.Wait();
            if (_isFull)
            {
                _failures++;
                throw new IOException("No space left on device");
            }

            lock (_bytes)
            {
                _bytes.Write(buffer);
            }
        }

        public string[] Lines()
        {
            lock (_bytes)
            {
                return Encoding.ASCII.GetString(_bytes.ToArray()).Split('\n');
            }
        }
    }
}
