using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Spectre.Console;
using Spore.Hostsim.Live;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim node</c>: a real node.</summary>
internal sealed partial class NodeCommand(TextWriter output, IAnsiConsole? terminal)
{
    private const int LowestMtu = 1280;
    private const int HighestMtu = 9000;
    private const int HighestRate = 1000;

    private readonly Option<string> _identity = new("--identity")
    {
        HelpName = "FILE",
        Description = "The node's identity record, as tools/flash makes it.",
        Required = true,
    };

    private readonly Option<ListenAddress> _listen = Options.Of<ListenAddress>(
        "--listen",
        "[ADDR:]PORT",
        "a UDP port, or an address of this machine and a port",
        "Where to listen. With an address, hellos broadcast by others are not heard.",
        ListenAddress.TryParse);

    private readonly Option<string?> _network = new("--network")
    {
        HelpName = "FILE",
        Description = "A signed network to start with.",
    };

    private readonly Option<PeerArgument[]> _peers = Options.Many<PeerArgument>(
        "--peer",
        "KEY[@HOST:PORT]",
        "a public key (base64 or hex), alone or with @HOST:PORT",
        "A peer to be known from the start. May be repeated.",
        PeerArgument.TryParse);

    private readonly Option<KeyFileArgument[]> _presharedKeys = Options.Many<KeyFileArgument>(
        "--psk-file",
        "KEY=FILE",
        "a public key (base64 or hex), = and a file",
        "A file with the preshared key for a peer that is given by --peer, as wg genpsk makes it. May be repeated.",
        KeyFileArgument.TryParse);

    private readonly Option<HostPort?> _rendezvous = Options.Of<HostPort?>(
        "--rendezvous",
        "HOST:PORT",
        "a HOST:PORT",
        "A place to say hello to beyond the local network.",
        (string text, out HostPort? place) => HostPort.TryParse(text, out place));

    private readonly Option<string?> _tun = Options.Of<string?>(
        "--tun",
        "NAME",
        "a name for an interface",
        "Make a TUN interface, so that the machine's own programs use the tunnel (Linux, root).",
        (string text, out string? name) =>
        {
            name = text;
            return InterfaceName().IsMatch(text) && text is not "." and not "..";
        });

    private readonly Option<string?> _keyLog = new("--keylog")
    {
        HelpName = "FILE",
        Description = "Append the keys that tshark (wg.keylog_file) needs to decrypt captures. The file must be your own. "
            + "For debugging only.",
    };

    private readonly Option<bool> _noClock = new("--no-clock")
    {
        Description = "Don't feed the machine's clock: as a device without one starts.",
    };

    private readonly Option<long> _mtu = Options.Whole("--mtu", "BYTES", LowestMtu, HighestMtu, 1420, "The tunnel's MTU.");

    private readonly Option<long> _handshakeRate = Options.Whole(
        "--handshake-rate", "N", 1, HighestRate, 500, "Handshakes a second that the node works on, at most; when more come, it asks for cookies.");

    /// <summary>Makes a command run a node.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        _listen.DefaultValueFactory = _ => new ListenAddress(null, 51820);
        command.Add(_identity);
        command.Add(_listen);
        command.Add(_network);
        command.Add(_peers);
        command.Add(_presharedKeys);
        command.Add(_rendezvous);
        command.Add(_tun);
        command.Add(_keyLog);
        command.Add(_noClock);
        command.Add(_mtu);
        command.Add(_handshakeRate);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        NodeOptions options = new()
        {
            Identity = parsed.GetRequiredValue(_identity),
            Listen = parsed.GetRequiredValue(_listen),
            Network = parsed.GetValue(_network),
            Peers = parsed.GetValue(_peers) ?? [],
            PresharedKeys = parsed.GetValue(_presharedKeys) ?? [],
            Rendezvous = parsed.GetValue(_rendezvous),
            Tun = parsed.GetValue(_tun),
            KeyLog = parsed.GetValue(_keyLog),
            NoClock = parsed.GetValue(_noClock),
            Mtu = (int)parsed.GetValue(_mtu),
            HandshakeRate = (int)parsed.GetValue(_handshakeRate),
        };
        using StopSignal stop = new();
        using LiveNode node = new(options, new LiveTimeline(output, terminal));
        string[] secrets = [options.Identity, .. options.PresharedKeys.Select(k => k.Path)];
        WarnOfExposed(secrets, parsed.InvocationConfiguration.Error);
        node.Run(stop.Token);
        return 0;
    }

    private static void WarnOfExposed(IEnumerable<string> secrets, TextWriter error)
    {
        foreach (string path in secrets.Where(SecretFile.IsExposed))
        {
            error.WriteLine($"hostsim: warning: {path}: {SecretFile.Exposure}; chmod 600 {path}");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,15}\z")]
    private static partial Regex InterfaceName();
}
