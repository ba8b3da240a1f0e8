using System;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using CsCheck;
using Spore.Hostsim.Uapi;
using Spore.Tests.Nodes;
using Xunit;

namespace Spore.Tests.Uapi;

/// <summary>What a client may say on one connection.</summary>
public partial class ConnectionTests
{
    private const string Done = "errno=0\n\n";
    private const string Invalid = "errno=-22\n\n";

    private readonly RunningDevice _device = new();

    [Theory]
    [InlineData("", "")]
    [InlineData("set=1\n\n", Done)]
    [InlineData("set=1\n\nset=1\nfwmark=0\n\nset=1\n\n", Done + Done + Done)]
    [InlineData("set=1\nnonsense\nmore=nonsense\n\nset=1\n\n", Invalid + Done)]
    [InlineData("get=1\nset=1\n\nset=1\n\n", Invalid + Done)]
    [InlineData("set=2\n\nset=1\n\n", Invalid)]
    [InlineData("get=1 \n\n", Invalid)]
    [InlineData("\n", Invalid)]
    [InlineData("GET / HTTP/1.0\r\n\r\n", Invalid)]
    [InlineData("set=1\n", "")]
    [InlineData("set=1\nfwmark=0\n", "")]
    [InlineData("set=1\n\nget", Done)]
    public void Each_operation_has_its_answer(string said, string answers)
    {
        Assert.Equal(answers, _device.Say(said));
        Assert.Equal(answers, Dialogue.With(_device.Configuration, said, 1));
    }

    [Fact]
    public void An_operation_that_does_not_end_does_nothing()
    {
        string[] before = _device.Get();
        Assert.Equal(
            "",
            _device.Say($"set=1\npublic_key={RunningDevice.Hex(MeshNode.PrivateKey(9))}\nallowed_ip=10.1.0.0/16\n"));
        Assert.Equal(before, _device.Get());
    }

    [Fact]
    public void Lines_and_operations_have_a_greatest_length()
    {
        string longest = "fwmark=" + new string('0', LineReader.LongestLine - 7);
        Assert.Equal(Done + Done, _device.Say($"set=1\n{longest}\n\nset=1\n\n"));
        Assert.Equal(Done, Dialogue.With(_device.Configuration, $"set=1\n{longest}\n\n", 1));
        Assert.Equal(Invalid, _device.Say($"set=1\n{longest}0\n\nset=1\n\n"));
        Assert.Equal(Invalid, _device.Say(new string('x', 1_000_000)));
        string many = string.Concat(Enumerable.Repeat("fwmark=0\n", 70_000));
        Assert.Equal("errno=-28\n\n" + Done, _device.Say($"set=1\n{many}\nset=1\n\n"));
        Assert.Equal(Done, _device.Say($"set=1\n{string.Concat(Enumerable.Repeat("fwmark=0\n", 65_536))}\n"));
    }

    [Theory]
    [InlineData("set=1\nLONG\nMANY\n")]
    [InlineData("set=2\nMANY\n")]
    [InlineData("LONG\nMANY\n")]
    [InlineData("set=1\nMANY\n")]
    [InlineData("set=1\nnonsense\nMANY\n")]
    public async Task It_answers_only_what_it_has_read_to_the_end(string request)
    {
        string many = string.Concat(Enumerable.Repeat("fwmark=0\n", 70_000));
        string said = request.Replace("LONG", new string('x', 20_000)).Replace("MANY", many);
        using Dialogue dialogue = new(Encoding.ASCII.GetBytes(said), 1000);
        await new UapiConnection(dialogue, _device.Configuration, Dialogue.Patience).Serve(CancellationToken.None);
        Assert.Equal(said.Length, dialogue.ReadBeforeAnswer);
    }

    [Fact]
    public async Task It_answers_an_empty_operation_at_once()
    {
        using Dialogue dialogue = new("\nfwmark=0\n\n"u8.ToArray(), 1);
        await new UapiConnection(dialogue, _device.Configuration, Dialogue.Patience).Serve(CancellationToken.None);
        Assert.Equal(1, dialogue.ReadBeforeAnswer);
    }

    [Theory]
    [InlineData("get=1\n\n")]
    [InlineData("set=1\n\n")]
    public void What_the_node_takes_is_not_the_clients_time(string said)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(said);
        string answer = Dialogue.With(new SlowDevice(), bytes, bytes.Length, SlowDevice.Time / 4);
        Assert.EndsWith(Done, answer, StringComparison.Ordinal);
    }

    // Without it a client that has much to write would be too slow.
    [Fact]
    public async Task Each_piece_that_is_dropped_counts_as_progress()
    {
        const int Pieces = 50;
        using Dialogue dialogue = new([.. Enumerable.Repeat((byte)'x', Pieces * 100)], 100);
        using LineReader reader = new(dialogue);
        int progress = 0;
        await reader.Drain(CancellationToken.None, () => progress++);
        Assert.Equal(Pieces + 1, progress);
    }

    [Fact]
    public void What_is_told_can_be_given_back_and_changes_nothing()
    {
        Stranger guest = _device.Mesh.AddStranger(8);
        Assert.True(guest.Connect(_device.Node));
        Assert.Equal(
            0,
            _device.Set(
                $"public_key={RunningDevice.Hex(MeshNode.PrivateKey(9))}",
                $"preshared_key={RunningDevice.Hex(MeshNode.PrivateKey(10))}",
                "endpoint=1.2.3.4:5",
                "allowed_ip=::/0",
                "allowed_ip=10.1.0.0/16"));
        string[] told = _device.Get();

        // As wg turns one into the other.
        string[] given =
        [
            .. told.Take(3),
            "replace_peers=true",
            .. told.Skip(3)
                .Where(l => !l.StartsWith("last_") && !l.Contains("x_bytes") && l != "persistent_keepalive_interval=0")
                .SelectMany(l => l.StartsWith("protocol") ? new[] { l, "replace_allowed_ips=true" } : [l]),
        ];
        Assert.Equal(0, _device.Set(given));
        Assert.Equal(told, _device.Get());
        Assert.True(_device.Slot(guest.Key)!.IsProvisional);
        Assert.True(guest.Ping());
    }

    [Fact]
    public void No_garbage_breaks_a_connection_or_changes_what_was_not_understood()
    {
        string peer = RunningDevice.Hex(MeshNode.PrivateKey(9));
        string[] sound =
        [
            "get=1\n", "set=1\n", "\n", "\n", $"private_key={RunningDevice.Hex(MeshNode.PrivateKey(1))}\n",
            "listen_port=51820\n", "fwmark=0\n", "replace_peers=true\n", $"public_key={peer}\n",
            $"public_key={RunningDevice.Hex(_device.Member.Key)}\n",
            $"public_key={RunningDevice.Hex(_device.KeptAlive.Key)}\n", "remove=true\n", "update_only=true\n",
            $"preshared_key={peer}\n", "endpoint=1.2.3.4:5\n", "endpoint=[2001:db8::1]:5\n",
            "persistent_keepalive_interval=25\n", "replace_allowed_ips=true\n", "allowed_ip=10.0.0.3/32\n",
            "allowed_ip=-10.1.0.0/16\n", "allowed_ip=+fd99::/64\n", "allowed_ip=fe80::1/128\n", "protocol_version=1\n",
        ];
        Gen<byte[]> text = Gen.OneOf(sound).Array[0, 25].Select(lines => Encoding.ASCII.GetBytes(string.Concat(lines)));
        Gen<byte[]> mutated = Gen.Select(
            text,
            Gen.Select(Gen.Int[0, 2000], Gen.Int[0, 2], Gen.Byte).Array[0, 4],
            (bytes, changes) =>
            {
                foreach ((int at, int kind, byte value) in changes.Where(_ => bytes.Length > 0))
                {
                    int place = at % bytes.Length;
                    bytes = kind switch
                    {
                        0 => [.. bytes[..place], value, .. bytes[(place + 1)..]],
                        1 => [.. bytes[..place], .. bytes[(place + 1)..]],
                        _ => [.. bytes[..place], value, .. bytes[place..]],
                    };
                }

                return bytes;
            });
        Gen.Select(Gen.Frequency((4, mutated), (1, Gen.Byte.Array[0, 600])), Gen.Int[1, 100]).Sample(
            (said, piece) =>
            {
                string answers = Dialogue.With(_device.Configuration, said, piece);
                Assert.Matches(Answers(), answers);
                string[] told = _device.Get();
                Assert.Contains("allowed_ip=10.0.0.3/32", _device.Get(_device.Member.Key));
                Assert.Equal("listen_port=51820", told[1]);
                if (!answers.Contains(Done))
                {
                    Assert.Equal(told, _last ?? told);
                }

                _last = told;
            },
            iter: 3000,
            threads: 1);
    }

    private sealed class SlowDevice : IUapiDevice
    {
        public static readonly TimeSpan Time = TimeSpan.FromSeconds(2);

        public DeviceState Get()
        {
            Thread.Sleep(Time);
            return new RunningDevice().Configuration.Get();
        }

        public void Set(SetRequest request) => Thread.Sleep(Time);

        public void Refused(UapiException fault) => throw fault;
    }

    private string[]? _last;

    [GeneratedRegex(@"\A(([a-z_]+=[^\n]+\n)*errno=(0|-[0-9]+)\n\n)*\z")]
    private static partial Regex Answers();
}
