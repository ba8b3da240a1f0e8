using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Hostsim.Live;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim node</c>: a real node.</summary>
/// <param name="output">Where its log goes.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
/// <param name="isJournal">Whether the output is a stream to systemd's journal.</param>
internal sealed partial class NodeCommand(TextWriter output, IAnsiConsole? terminal, bool isJournal)
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

    private readonly Option<ListenAddress?> _listen = Options.Of<ListenAddress>(
        "--listen",
        "[ADDR:]PORT",
        "Where to listen. With an address, hellos broadcast by others are not heard.",
        ListenAddress.TryParse);

    private readonly Option<string?> _network = new("--network")
    {
        HelpName = "FILE",
        Description = "A signed network to start with. A witness keeps its newest network in it.",
    };

    private readonly Option<PeerArgument[]> _peers = Options.Many<PeerArgument>(
        "--peer",
        "KEY[@HOST:PORT]",
        "A peer to be known from the start. May be repeated.",
        PeerArgument.TryParse);

    private readonly Option<KeyFileArgument[]> _presharedKeys = Options.Many<KeyFileArgument>(
        "--psk-file",
        "KEY=FILE",
        "A file with the preshared key for a peer that is given by --peer, as wg genpsk makes it. May be repeated.",
        KeyFileArgument.TryParse);

    private readonly Option<PeerEndpoint?> _rendezvous = Options.Of<PeerEndpoint>(
        "--rendezvous",
        "HOST:PORT",
        "The endpoint to say hello to beyond the local network.",
        (string text, out string? fault) => PeerEndpoint.TryParse(text, EndpointUse.Local, out fault));

    private readonly Option<string?> _tun = Options.Of<string?>(
        "--tun",
        "NAME",
        "a name for an interface",
        "Make a TUN interface, so that the machine's own programs use the tunnel (Linux, CAP_NET_ADMIN).",
        (string text, out string? name) =>
        {
            name = text;
            return InterfaceName().IsMatch(text) && text is not "." and not "..";
        });

    private readonly Option<string?> _name = Options.Of<string?>(
        "--name",
        "NAME",
        "a name like that of an interface",
        "The name of the control socket, /run/spore/NAME.sock. Without it: that of the interface.",
        (string text, out string? name) =>
        {
            name = text;
            return InterfaceName().IsMatch(text) && text is not "." and not "..";
        });

    private readonly Option<string?> _controlGroup = new("--control-group")
    {
        HelpName = "GROUP",
        Description =
            "The group that may ask at the control socket; changes are for root. Without it: the group spore, if there "
            + "is one.",
    };

    private readonly Option<bool> _defaultRoute = new("--default-route")
    {
        Description =
            "Route all that has no route of its own into the tunnel, where a member's AllowedIPs are 0.0.0.0/0 or "
            + "::/0. Needs --tun.",
    };

    private readonly Option<string?> _keyLog = new("--keylog")
    {
        HelpName = "FILE",
        Description =
            "Append the keys that tshark (wg.keylog_file) needs to decrypt captures. The file must be your own. "
            + "For debugging only.",
    };

    private readonly Option<string?> _serve = new("--serve")
    {
        HelpName = "DIR",
        Description = "A folder that members can read by TFTP, as files/NAME (Linux).",
    };

    private readonly Option<bool> _writable = new("--writable")
    {
        Description = "Members can also write the folder of --serve.",
    };

    private readonly Option<int> _serveLimit = Options.Size(
        "--serve-limit",
        NodeOptions.UsualServeLimit,
        "The largest file that members can write with --writable.");

    private readonly Option<string?> _requestCommand = new("--request-command")
    {
        HelpName = "CMD",
        Description =
            "Run CMD by /bin/sh for each request of a member. The request is its standard input, the answer its "
            + "standard output.",
    };

    private readonly Option<string?> _onChange = new("--on-change")
    {
        HelpName = "CMD",
        Description =
            "Run CMD by /bin/sh when a network was applied or the node's state has changed, with what is so then as "
            + "JSON on its standard input.",
    };

    private readonly Option<string?> _hosts = new("--hosts")
    {
        HelpName = "FILE",
        Description =
            "Keep the members' labels as names in a hosts file: SHED becomes shed.spore. Only this node's lines are "
            + "changed; they go at the end.",
    };

    private readonly Option<ListenAddress?> _metrics = Options.Of<ListenAddress>(
        "--metrics",
        "[ADDR:]PORT",
        "Serve metrics for Prometheus at http://ADDR:PORT/metrics. Without an address, to this machine only.",
        ListenAddress.TryParse);

    private readonly Option<string> _logLevel = Options.Of<string>(
        "--log-level",
        "LEVEL",
        $"one of {string.Join(", ", LogLevels.Words)}",
        $"Leave out lines of the log that matter less than this: {string.Join(", ", LogLevels.Words)}.",
        (string text, out string word) => LogLevels.TryParse(word = text, out LogLevel _));

    private readonly Option<string> _logFormat = Options.Of<string>(
        "--log-format",
        "FORMAT",
        "text or json",
        "The form of the log: text for people, or json, an object a line.",
        (string text, out string word) => LogLevels.TryParse(word = text, out LogFormat _));

    private readonly Option<bool> _noClock = new("--no-clock")
    {
        Description = "Don't feed the machine's clock: as a device without one starts.",
    };

    private readonly Option<long> _mtu = Options.Whole(
        "--mtu", "BYTES", LowestMtu, HighestMtu, 1420, "The tunnel's MTU.");

    private readonly Option<long> _handshakeRate = Options.Whole(
        "--handshake-rate",
        "N",
        1,
        HighestRate,
        500,
        "Handshakes a second that the node works on, at most; when more come, it asks for cookies.");

    private readonly Option<long> _sessions = Options.Whole(
        "--sessions",
        "N",
        1,
        LiveLimits.MostSessions,
        LiveLimits.UsualSessions,
        "Members that have a session at a time, at most. The memory for them is taken at the start.");

    private readonly Option<bool> _ownCrypto = Options.OwnCrypto();

    /// <summary>Makes a command run a node.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        _listen.DefaultValueFactory = _ => new ListenAddress(null, 51820);
        _logLevel.DefaultValueFactory = _ => LogLevels.Word(LogLevel.Info);
        _logFormat.DefaultValueFactory = _ => LogLevels.Word(LogFormat.Text);
        command.Add(_identity);
        command.Add(_listen);
        command.Add(_network);
        command.Add(_peers);
        command.Add(_presharedKeys);
        command.Add(_rendezvous);
        command.Add(_tun);
        command.Add(_name);
        command.Add(_controlGroup);
        command.Add(_defaultRoute);
        command.Add(_serve);
        command.Add(_writable);
        command.Add(_serveLimit);
        command.Add(_requestCommand);
        command.Add(_onChange);
        command.Add(_hosts);
        command.Add(_metrics);
        command.Add(_logLevel);
        command.Add(_logFormat);
        command.Add(_keyLog);
        command.Add(_noClock);
        command.Add(_mtu);
        command.Add(_handshakeRate);
        command.Add(_sessions);
        command.Add(_ownCrypto);
        command.SetAction(Run);
    }

    /// <summary>Warns of files with secrets that others can read.</summary>
    /// <param name="secrets">Their paths.</param>
    /// <param name="error">Where to write the warnings.</param>
    public static void WarnOfExposed(IEnumerable<string> secrets, TextWriter error)
    {
        foreach (string path in secrets.Where(SecretFile.IsExposed))
        {
            error.WriteLine($"hostsim: warning: {path}: {SecretFile.Exposure}; chmod 600 {path}");
        }
    }

    private int Run(ParseResult parsed)
    {
        NodeOptions options = new()
        {
            Identity = parsed.GetRequiredValue(_identity),
            Listen = parsed.GetRequiredValue(_listen)!,
            Network = parsed.GetValue(_network),
            Peers = parsed.GetValue(_peers) ?? [],
            PresharedKeys = parsed.GetValue(_presharedKeys) ?? [],
            Rendezvous = parsed.GetValue(_rendezvous),
            Tun = parsed.GetValue(_tun),
            Name = parsed.GetValue(_name) ?? parsed.GetValue(_tun),
            ControlGroup = parsed.GetValue(_controlGroup),
            DefaultRoute = parsed.GetValue(_defaultRoute),
            KeyLog = parsed.GetValue(_keyLog),
            Serve = parsed.GetValue(_serve),
            IsWritable = parsed.GetValue(_writable),
            ServeLimit = parsed.GetValue(_serveLimit),
            RequestCommand = parsed.GetValue(_requestCommand),
            OnChange = parsed.GetValue(_onChange),
            Hosts = parsed.GetValue(_hosts),
            Metrics = parsed.GetValue(_metrics),
            OwnCrypto = parsed.GetValue(_ownCrypto),
            NoClock = parsed.GetValue(_noClock),
            Mtu = (int)parsed.GetValue(_mtu),
            HandshakeRate = (int)parsed.GetValue(_handshakeRate),
            Sessions = (int)parsed.GetValue(_sessions),
        };
        if (options.DefaultRoute && options.Tun == null)
        {
            throw new UsageException("--default-route", "there is no interface to route into; add --tun NAME");
        }

        if (options.Serve == null && options.IsWritable)
        {
            throw new UsageException("--writable", "there is no folder to write; add --serve DIR");
        }

        if (!options.IsWritable && parsed.GetResult(_serveLimit) is { Implicit: false })
        {
            throw new UsageException("--serve-limit", "nothing can be written; add --serve DIR --writable");
        }

        string? twice = options.Peers.GroupBy(p => KeyText.Format(p.Key)).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice != null)
        {
            throw new UsageException("--peer", $"{twice} is given twice; give it once, with one endpoint");
        }

        using StopSignal stop = new();
        try
        {
            LogLevels.TryParse(parsed.GetRequiredValue(_logLevel), out LogLevel level);
            LogLevels.TryParse(parsed.GetRequiredValue(_logFormat), out LogFormat format);
            LogSettings log = new() { Level = level, Format = format, IsJournal = isJournal };
            using LiveNode node = new(options, new LiveTimeline(output, terminal, log), stop.Token);
            string[] secrets = [options.Identity, .. options.PresharedKeys.Select(k => k.Path)];
            WarnOfExposed(secrets, parsed.InvocationConfiguration.Error);
            node.Run(stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // The operator has ended it before it began.
        }

        return 0;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,15}\z")]
    private static partial Regex InterfaceName();
}
