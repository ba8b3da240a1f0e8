using System;
using System.Globalization;
using System.Linq;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// Runs a table of what happens in the life of a session, and of what a tunnel says to it. Each row has a moment, in
/// seconds since the first one; what happens then, "-" for nothing but the passing of time; and what is said, "-" for
/// nothing. Between rows nothing is said. A moment can count from the row before ("+10"), and be late by the jitter of
/// REKEY_TIMEOUT ("+5~"); "+5~ until 90" stands for as many such rows as there are until 90 s after the row before.
/// </summary>
internal sealed class LifeTable
{
    private readonly TunnelSession _session = new();
    private readonly long _start;
    private long _last;
    private string _row = string.Empty;
    private byte[] _initiation = [];

    private LifeTable() => _start = _last = _session.End.Now;

    public static void Run(string table)
    {
        LifeTable life = new();
        foreach (string row in table.Split('\n'))
        {
            life._row = row;
            string[] cells = row.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            life.Step(cells[0].Split(' '), cells[1], cells[2]);
        }
    }

    private static long Milliseconds(string seconds) =>
        (long)(double.Parse(seconds.Trim('+', '~'), CultureInfo.InvariantCulture) * 1000);

    private void Step(string[] at, string happens, string says)
    {
        if (at.Length == 1)
        {
            long moment = (at[0][0] == '+' ? _last : _start) + Milliseconds(at[0]);
            Assert.True(Row(moment, at[0][^1] == '~', happens, says), _row);
            return;
        }

        long first = _last;
        while (Row(_last + Milliseconds(at[0]), true, happens, says))
        {
        }

        long limit = Milliseconds(at[2]);
        Assert.InRange(_last - first, limit - Constants.RekeyTimeout - Constants.RekeyTimeoutJitter, limit);
    }

    private bool Row(long moment, bool isLate, string happens, string says)
    {
        if (_session.End.Now < moment)
        {
            _session.End.RunTo(moment - 1);
            Assert.True(_session.End.Sent.Count == 0, $"{Said()} before {_row}");
        }

        if (says == "wiped")
        {
            Wipe(moment);
            return true;
        }

        _session.End.RunTo(moment + (isLate ? Constants.RekeyTimeoutJitter : 0));
        Happen(happens);
        long at = _session.End.Sent.Select(s => s.At).FirstOrDefault(moment);
        string said = Said();
        if (said == says)
        {
            _last = at;
            return true;
        }

        Assert.True(said == "-", $"{said} at {_row}");
        return false;
    }

    private void Happen(string what)
    {
        switch (what)
        {
            case "-":
                break;
            case "send":
                _session.Send(1);
                break;
            case "initiate":
                _session.End.Tunnel.Initiate(_session.Peer, _session.End.Now);
                break;
            case "keep alive":
                _session.End.Tunnel.SetKeepalive(_session.Peer, 25, _session.End.Now);
                _session.End.Run(0);
                break;
            case "< initiation":
                _session.HalfHandshake();
                break;
            case "< response":
                Assert.NotNull(_session.Stock.TakeInitiation(_initiation));
                _session.Receive(_session.Stock.Respond());
                break;
            case "< data":
                _session.ReceiveData();
                break;
            case "< keepalive":
                _session.ReceiveKeepalive();
                break;
            default:
                throw new ArgumentException(what);
        }
    }

    // What was said, in words.
    private string Said()
    {
        _initiation = _session.End.Sent.Select(s => s.Bytes).LastOrDefault(b => b[0] == 1, _initiation);
        string said = string.Join(
            ' ',
            _session.Said().Select(
                c => c switch { '0' => "keepalive", '1' => "initiation", '2' => "response", _ => "data" }));
        return said.Length == 0 ? "-" : said;
    }

    private void Wipe(long moment)
    {
        byte[] keys = _session.Peer.Keypairs.Bytes;
        Assert.True(keys.Any(b => b != 0), $"wiped before {_row}");
        _session.End.RunTo(moment);
        Assert.True(keys.All(b => b == 0), $"not {_row}");
        Assert.Equal(
            (Keypairs.None, Keypairs.None, Keypairs.None),
            (_session.Peer.Previous, _session.Peer.Current, _session.Peer.Next));
        Assert.False(_session.Peer.Initiation.IsPending);
        _last = moment;
    }
}
