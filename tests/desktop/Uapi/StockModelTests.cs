using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.Signing;
using Spore.Tests.Nodes;
using Xunit;

namespace Spore.Tests.Uapi;

/// <summary>
/// Peers that are in no network against a model of a stock interface, which does one line after the other.
/// </summary>
public class StockModelTests
{
    private const string NoKey = "0000000000000000000000000000000000000000000000000000000000000000";

    private static readonly byte[][] _keys =
        [.. Enumerable.Range(0, 4).Select(i => NodeKey.PublicKey(MeshNode.PrivateKey((byte)(100 + i))))];

    private static readonly Gen<string> _line = Gen.Frequency(
        (
            6,
            Gen.Select(
                Gen.OneOf("", "", "+", "-"),
                Gen.OneOf("10.1.0.0/16", "10.1.2.0/24", "0.0.0.0/0", "fd01::/64", "::/0", "192.0.2.1/32"),
                (sign, prefix) => $"allowed_ip={sign}{prefix}")),
        (1, Gen.Const("replace_allowed_ips=true")),
        (1, Gen.OneOf("endpoint=192.0.2.1:5", "endpoint=[2001:db8::1]:5")),
        (1, Gen.OneOf("persistent_keepalive_interval=0", "persistent_keepalive_interval=25")),
        (
            1,
            Gen.OneOf(NoKey, RunningDevice.Hex(_keys[0]), RunningDevice.Hex(_keys[1]))
                .Select(key => $"preshared_key={key}")),
        (1, Gen.Const("remove=true")),
        (1, Gen.Const("update_only=true")));

    private static readonly Gen<(int Peer, string[] Lines)> _peer = Gen.Select(
        Gen.Int[0, _keys.Length - 1], _line.Array[0, 4], (p, l) => (p, l));

    private static readonly Gen<(bool Replaces, (int Peer, string[] Lines)[] Peers)> _set =
        Gen.Select(Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true))), _peer.Array[1, 5], (r, p) => (r, p));

    [Fact]
    public void A_peer_has_what_a_stock_interface_would_give_it()
    {
        _set.Array[1, 8].Sample(
            sets =>
            {
                RunningDevice device = new();
                Dictionary<int, ModelPeer> model = [];
                foreach ((bool replaces, (int Peer, string[] Lines)[] peers) in sets)
                {
                    string[] members =
                    [
                        $"public_key={RunningDevice.Hex(device.Member.Key)}",
                        $"public_key={RunningDevice.Hex(device.KeptAlive.Key)}",
                    ];
                    Assert.Equal(0, device.Set(
                        [
                            .. replaces ? new[] { "replace_peers=true" } : [],
                            .. members,
                            .. peers.SelectMany(p => p.Lines.Prepend($"public_key={RunningDevice.Hex(_keys[p.Peer])}")),
                        ]));
                    Do(model, replaces, peers);
                    for (int i = 0; i < _keys.Length; i++)
                    {
                        Assert.Equal(
                            model.TryGetValue(i, out ModelPeer? peer) ? peer.Told(_keys[i]) : [],
                            Told(device.Get(_keys[i])));
                    }
                }
            },
            iter: 200);
    }

    private static void Do(Dictionary<int, ModelPeer> model, bool replaces, (int Peer, string[] Lines)[] peers)
    {
        // The one difference: who is named again after it was removed is where it was.
        Dictionary<int, string?> endpoints = model.ToDictionary(p => p.Key, p => p.Value.Endpoint);
        if (replaces)
        {
            model.Clear();
        }

        foreach ((int number, string[] lines) in peers)
        {
            if (lines.Contains("remove=true"))
            {
                model.Remove(number);
                continue;
            }

            if (!model.TryGetValue(number, out ModelPeer? peer))
            {
                if (lines.Contains("update_only=true"))
                {
                    continue;
                }

                model.Add(number, peer = new ModelPeer { Endpoint = endpoints.GetValueOrDefault(number) });
            }

            // As the kernel has it, what is to go goes first.
            int first = System.Array.LastIndexOf(lines, "replace_allowed_ips=true") + 1;
            if (first > 0)
            {
                peer.Prefixes.Clear();
            }

            for (int i = 0; i < lines.Length; i++)
            {
                string[] parts = lines[i].Split('=');
                switch (parts[0])
                {
                    case "preshared_key":
                        peer.PresharedKey = parts[1];
                        break;
                    case "endpoint":
                        peer.Endpoint = parts[1];
                        break;
                    case "persistent_keepalive_interval":
                        peer.Keepalive = parts[1];
                        break;
                    case "allowed_ip" when i >= first && parts[1][0] == '-':
                        peer.Prefixes.Remove(parts[1][1..]);
                        break;
                    case "allowed_ip" when i >= first:
                        foreach (ModelPeer other in model.Values)
                        {
                            other.Prefixes.Remove(parts[1].TrimStart('+'));
                        }

                        peer.Prefixes.Add(parts[1].TrimStart('+'));
                        break;
                }
            }
        }
    }

    private static IEnumerable<string> Told(string[] lines) =>
        lines.Where(l => !l.StartsWith("last_") && !l.Contains("x_bytes=") && !l.StartsWith("protocol")).Order();

    private sealed class ModelPeer
    {
        public string PresharedKey { get; set; } = NoKey;

        public string? Endpoint { get; set; }

        public string Keepalive { get; set; } = "0";

        public HashSet<string> Prefixes { get; } = [];

        public IEnumerable<string> Told(byte[] key) => new[]
        {
            $"public_key={RunningDevice.Hex(key)}",
            $"preshared_key={PresharedKey}",
            $"persistent_keepalive_interval={Keepalive}",
            $"allowed_ip={RunningDevice.LinkLocal(key)}",
        }.Concat(Endpoint == null ? [] : [$"endpoint={Endpoint}"])
            .Concat(Prefixes.Select(p => $"allowed_ip={p}"))
            .Order();
    }
}
