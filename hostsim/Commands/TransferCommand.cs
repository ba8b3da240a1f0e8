using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Transfers;
using Spore.Signing;
using Spore.Tftp;

namespace Spore.Hostsim.Commands;

/// <summary>What <c>hostsim get</c>, <c>put</c> and <c>ask</c> have in common.</summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
internal abstract class TransferCommand(TextWriter output, IAnsiConsole? terminal)
{
    /// <summary>The help text for a peer.</summary>
    public const string PeerHelp = "The peer: its public key, or its label in --network.";

    /// <summary>What stands for standard input or output.</summary>
    protected const string Standard = "-";

    private const int HighestWindow = 64;
    private const int UsualBlockSize = 1228;
    private const int UsualWindow = 16;
    private const int MostSeconds = 86_400;

    private readonly Option<string?> _network = new("--network")
    {
        HelpName = "FILE",
        Description = "The signed network, for labels and to find the tunnel's interface.",
    };

    private readonly Option<string?> _interface = new("--interface")
    {
        HelpName = "NAME",
        Description =
            "The interface of the tunnel: that of a running node, or of stock WireGuard with its link-local address. "
            + "Without it: the only one that fits.",
    };

    private readonly Option<string?> _identity = new("--identity")
    {
        HelpName = "FILE",
        Description =
            "Be a member without an interface, with this identity record. No running node may use the identity: two "
            + "nodes with one key take each other's sessions away.",
    };

    private readonly Option<PeerEndpoint?> _endpoint = Options.Of<PeerEndpoint>(
        "--endpoint",
        "HOST:PORT",
        "The peer's endpoint, with --identity. Without it: those of the network, and what the hello finds.",
        (string text, out string? fault) => PeerEndpoint.TryParse(text, EndpointUse.Local, out fault));

    private readonly Option<PeerEndpoint?> _rendezvous = Options.Of<PeerEndpoint>(
        "--rendezvous",
        "HOST:PORT",
        "The endpoint to say hello to beyond the local network, with --identity.",
        (string text, out string? fault) => PeerEndpoint.TryParse(text, EndpointUse.Local, out fault));

    private readonly Option<long> _blockSize = Options.Whole(
        "--blksize",
        "BYTES",
        TftpOptions.MinBlockSize,
        TftpOptions.MaxBlockSize,
        UsualBlockSize,
        "The block size to ask for. The tunnel's MTU less 52 bytes is the most: 1368 with the usual 1420.");

    private readonly Option<long> _window = Options.Whole(
        "--window", "BLOCKS", 1, HighestWindow, UsualWindow, "The window to ask for.");

    private readonly Option<long?> _timeout = Options.Of<long?>(
        "--timeout",
        "SECONDS",
        $"a whole number from 1 to {MostSeconds}",
        "The most that all of it may take. Without it: as long as the peer answers at least every 31 s.",
        (string text, out long? value) =>
        {
            bool isNumber = long.TryParse(text, out long number) && number is >= 1 and <= MostSeconds;
            value = number;
            return isNumber;
        });

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print the result as one JSON object, and no progress.",
    };

    /// <summary>Where results go.</summary>
    protected TextWriter Output => output;

    /// <summary>Where results go that are no text. Must not be closed.</summary>
    protected Stream Binary =>
        output is StreamWriter { BaseStream: { } stream } ? stream : Console.OpenStandardOutput();

    /// <summary>The terminal that the output is, or null.</summary>
    protected IAnsiConsole? Terminal => terminal;

    /// <summary>Whether the result is to be JSON.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>Whether <c>--json</c> is given.</returns>
    protected bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Gives a command the common options.</summary>
    /// <param name="command">The command.</param>
    protected void AddOptions(Command command)
    {
        command.Add(_network);
        command.Add(_interface);
        command.Add(_identity);
        command.Add(_endpoint);
        command.Add(_rendezvous);
        command.Add(_blockSize);
        command.Add(_window);
        command.Add(_timeout);
        command.Add(_json);
    }

    /// <summary>Runs a command: finds the peer and the way to it, does the work, and reports.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="argument">The name of the argument that has the peer.</param>
    /// <param name="text">The peer's key or label.</param>
    /// <param name="name">The file's name at the peer.</param>
    /// <param name="showsProgress">Whether a terminal shows the progress.</param>
    /// <param name="work">Exchanges files; returns the answer to a request, or null.</param>
    /// <returns>The exit code.</returns>
    protected int Run(
        ParseResult parsed,
        string argument,
        string text,
        string name,
        bool showsProgress,
        Func<TransferSession, byte[]?> work)
    {
        CheckCombination(parsed);
        bool isJson = IsJson(parsed);
        using StopSignal stop = new();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        long? seconds = parsed.GetValue(_timeout);
        if (seconds != null)
        {
            end.CancelAfter(TimeSpan.FromSeconds(seconds.Value));
        }

        RemotePeer? peer = null;
        TransferSession? session = null;
        try
        {
            NetworkDescription? network = LocalNodeOptions.ReadNetwork(parsed.GetValue(_network), end.Token);
            peer = RemotePeer.Find(argument, text, network, parsed.GetValue(_network));
            using IFileClient client = Open(parsed, peer, network, end.Token);
            session = new TransferSession(client, peer, showsProgress && !isJson ? terminal : null, end.Token);
            byte[]? answer = work(session);
            if (isJson)
            {
                output.Write(TransferReport.Write(name, peer, session.Last, null, answer));
            }

            return 0;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            bool isInterrupted = stop.Token.IsCancellationRequested;
            string fault = isInterrupted ? "interrupted" : $"{name}: not finished within {seconds} s (--timeout)";
            Report(fault);
            return isInterrupted ? Program.Interrupted : throw new HostsimException(fault);
        }
        catch (Exception exception) when (exception is HostsimException or InputException)
        {
            Report(exception.Message);
            throw;
        }

        void Report(string fault)
        {
            if (isJson)
            {
                output.Write(TransferReport.Write(name, peer, session?.Last, fault));
            }
        }
    }

    // The options that fit one of the two ways only.
    private void CheckCombination(ParseResult parsed)
    {
        if (parsed.GetValue(_identity) != null)
        {
            if (parsed.GetValue(_interface) != null)
            {
                throw new UsageException("--interface", "a member of its own has no interface; leave out --identity");
            }
        }
        else if (parsed.GetValue(_endpoint) != null || parsed.GetValue(_rendezvous) != null)
        {
            throw new UsageException(
                parsed.GetValue(_endpoint) != null ? "--endpoint" : "--rendezvous",
                "the node whose tunnel is used finds the peer; add --identity FILE to be a member of its own");
        }
    }

    private IFileClient Open(
        ParseResult parsed, RemotePeer peer, NetworkDescription? network, CancellationToken cancel)
    {
        int window = (int)parsed.GetValue(_window);
        if (parsed.GetValue(_identity) is { } identity)
        {
            NodeCommand.WarnOfExposed([identity], parsed.InvocationConfiguration.Error);
            PeerEndpoint? endpoint = parsed.GetValue(_endpoint);
            bool isMember = network?.Peers.Any(p => p.PublicKey.AsSpan().SequenceEqual(peer.Key)) == true;
            NodeOptions options = new()
            {
                Identity = identity,
                Listen = new ListenAddress(null, MemberClient.FreePort()),
                Network = parsed.GetValue(_network),
                Peers = isMember && endpoint == null ? [] : [new PeerArgument(peer.Key, endpoint)],
                Rendezvous = parsed.GetValue(_rendezvous),
                Mtu = MemberClient.Mtu,
                BlockSize = BlockSize(parsed, MemberClient.Mtu, "the tunnel"),
                Window = window,
            };
            return new MemberClient(options, peer, cancel);
        }

        HashSet<IPAddress> members =
            [.. network?.Peers.Select(p => new IPAddress(NodeKey.LinkLocal(p.PublicKey))) ?? []];
        (LocalInterface link, IPAddress local) =
            InterfaceChoice.Find(LocalInterface.All(), parsed.GetValue(_interface), members);
        if (new IPAddress(local.GetAddressBytes()).Equals(peer.Address))
        {
            throw new HostsimException($"{peer.Name} is this machine's own node; a tunnel leads to others only");
        }

        int blockSize = BlockSize(parsed, link.Mtu, link.Name);
        return new SocketClient(
            new IPAddress(local.GetAddressBytes(), link.Index),
            new IPAddress(peer.Address.GetAddressBytes(), link.Index),
            link.Mtu - MemberClient.HeaderSize,
            blockSize,
            window);
    }

    private int BlockSize(ParseResult parsed, int mtu, string where)
    {
        int wanted = (int)parsed.GetValue(_blockSize);
        int most = mtu - MemberClient.HeaderSize;
        if (wanted > most)
        {
            parsed.InvocationConfiguration.Error.WriteLine(
                $"hostsim: warning: --blksize: {most} instead of {wanted}, since {where} has an MTU of {mtu} bytes");
        }

        return Math.Min(wanted, most);
    }
}
