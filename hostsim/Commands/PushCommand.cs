using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using Spectre.Console;
using Spore.Hostsim.Display;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Status;
using Spore.Hostsim.Transfers;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary>
/// <c>hostsim push</c>: hands a network to this machine's node or to a member, and shows where it arrives.
/// </summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
internal sealed class PushCommand(TextWriter output, IAnsiConsole? terminal)
{
    private const int UsualSeconds = 30;
    private const int MostSeconds = 86_400;
    private const int MostMembers = MeshSurvey.MostMembers;

    private readonly LocalNodeOptions _local = new();
    private readonly Argument<string> _file = new("network.spore") { Description = "The signed network." };
    private readonly Option<string?> _to = new("--to")
    {
        HelpName = "KEY|LABEL",
        Description = "The member to hand it to: its public key or its label. Without it: this machine's node.",
    };

    private readonly Option<long?> _wait = Options.Of<long?>(
        "--wait",
        "SECONDS",
        $"a whole number from 0 to {MostSeconds}",
        "How long to wait until every member has it; the command fails if one has not. Without it: 30 s, and it does "
            + "not fail.",
        (string text, out long? value) =>
        {
            bool isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                && number <= MostSeconds;
            value = number;
            return isNumber;
        });

    /// <summary>Makes a command hand over a network.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_to);
        _local.AddTo(command);
        command.Add(_wait);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using StopSignal stop = new();
        string path = parsed.GetRequiredValue(_file);
        try
        {
            byte[] file = NodeFiles.Await(() => InputFile.Read(path, NetworkReader.SizeLimit), stop.Token);
            NetworkDescription network = NetworkReader.Read(file, path);
            LocalNode local = _local.Find(parsed, stop.Token);
            RemotePeer? peer = parsed.GetValue(_to) is { } text
                ? RemotePeer.Find("--to", text, local.Network ?? network, _local.NetworkName(parsed))
                : null;
            local.Push(peer, file, terminal, stop.Token);
            output.WriteLine($"{peer?.Name ?? local.Name} has taken version {VersionText.Format(network.Version)}.");
            return parsed.GetValue(_wait) == 0 ? 0 : Follow(parsed, local, network, stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return Program.Interrupted;
        }
    }

    private int Follow(ParseResult parsed, LocalNode local, NetworkDescription network, CancellationToken cancel)
    {
        long? wait = parsed.GetValue(_wait);
        RemotePeer[] members = [.. network.Peers
            .Take(MostMembers)
            .Select(p => RemotePeer.Of(p.PublicKey, p.Label))];
        int width = members.Max(m => m.Name.Length);
        IAnsiConsole console = terminal ?? PlainConsole.Of(output);
        object gate = new();
        int arrived = 0;
        TimeSpan longest = TimeSpan.FromSeconds(wait ?? UsualSeconds);
        IReadOnlyDictionary<RemotePeer, string> missing = Show(context => ArrivalWatch.Wait(
            local,
            members,
            network.Version,
            (member, time) =>
            {
                lock (gate)
                {
                    arrived++;
                    string seconds = time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture).PadLeft(7);
                    console.WriteLine($"{seconds} s  {member.Name.PadRight(width)}  arrived");
                    context?.Status(FormattableString.Invariant($"{arrived} of {members.Length} members have it"));
                }
            },
            longest,
            cancel));
        foreach ((RemotePeer member, string reason) in missing.OrderBy(m => m.Key.Name, StringComparer.Ordinal))
        {
            output.WriteLine($"         -  {member.Name.PadRight(width)}  {reason}");
        }

        if (network.Peers.Count > MostMembers)
        {
            output.WriteLine(FormattableString.Invariant(
                $"{network.Peers.Count - MostMembers} more members were not asked."));
        }

        string result = FormattableString.Invariant(
            $"{arrived} of {members.Length} members have version {VersionText.Format(network.Version)}");
        if (wait != null && missing.Count > 0)
        {
            throw new HostsimException(FormattableString.Invariant($"{result} after {wait} s"));
        }

        output.WriteLine($"{result}.");
        return 0;
    }

    private T Show<T>(Func<StatusContext?, T> work) =>
        terminal == null ? work(null) : terminal.Status().Start("Members are asked", context => work(context));
}
