using System;
using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// A board, a node of a desktop and stock WireGuard, all members of one network, at real pace over UDP.
/// </summary>
public sealed class BoardTests : IDisposable
{
    private readonly Lab _lab = Lab.Open("curl");
    private readonly Authority _authority = new();
    private readonly NodeIdentity _boardIdentity;
    private readonly NodeIdentity _gateIdentity;
    private readonly NetworkNamespace _boardMachine;
    private readonly NetworkNamespace _gateMachine;
    private readonly StockNode _stock;

    public BoardTests()
    {
        _boardIdentity = _authority.NewNode();
        _gateIdentity = _authority.NewNode();
        _boardMachine = _lab.Machine("board");
        _gateMachine = _lab.Machine("gate");
        NetworkNamespace third = _lab.Machine("stock");
        Wire.Join(_lab, Outer.Ipv4, _boardMachine, _gateMachine, third);
        Route();
        _stock = new StockNode(_lab, third, 3);
        _stock.AddPeer(Board, Wire.Endpoint(1));
    }

    private Member Board => new(_boardIdentity.PublicKey, 1);

    private Member Gate => new(_gateIdentity.PublicKey, 2);

    public void Dispose()
    {
        _authority.Dispose();
        _lab.Dispose();
    }

    [Fact]
    public void A_board_joins_and_is_pinged_takes_a_pushed_network_and_survives_what_happens_to_boards()
    {
        SporeNode gate = StartGate(Sign(1));
        BoardNode board = new(_lab, _boardMachine, _boardIdentity);
        board.Program.WaitFor("network version 1");
        PingInTime(_stock.Machine);
        Ping.IsAnswered(_stock.Machine, _stock.Scoped(Board));

        byte[] second = Sign(2);
        Assert.Equal(0, new Curl(_lab, _stock, Board).Write("network", second).ExitCode);
        board.Program.WaitFor("network version 2");
        gate.Program.WaitFor("network applied", "version 2");

        // The link goes away and comes back.
        _boardMachine.Ip("link set eth0 down");
        board.Program.WaitFor("link down");
        _boardMachine.Ip("link set eth0 up");
        Route();
        Wait.Until(
            () => board.Program.Lines.Count(l => l.Contains("link up", StringComparison.Ordinal)) == 2,
            "the link to come back");
        PingInTime(_stock.Machine);

        // The board loses its power, and with it all but its flash.
        board.Program.Stop();
        board = new BoardNode(_lab, _boardMachine, _boardIdentity);
        board.Program.WaitFor("network version 2");
        PingInTime(_stock.Machine);

        // The gate is restarted with nothing, and gets from the board what it needs.
        gate.Program.Stop();
        gate = StartGate(null);
        gate.Program.WaitFor("network applied", "version 2");
        PingInTime(_gateMachine);
        PingInTime(_stock.Machine);
    }

    // A stock peer goes on with the session that the board has lost, until it has heard nothing for 15 s.
    private void PingInTime(NetworkNamespace machine)
    {
        Wait.Until(
            () => machine.Ask("ping", "-n", "-c", "1", "-W", "2", Board.Ipv4).ExitCode == 0, "the board to be back");
        Ping.IsAnswered(machine, Board.Ipv4);
    }

    private byte[] Sign(ulong version) =>
        _authority.Sign(version, Board, Gate with { Endpoint = Wire.Endpoint(2) }, _stock.Self);

    private SporeNode StartGate(byte[]? network) => new(_lab, _gateMachine, _gateIdentity, 2, true, network);

    // Where a board's broadcasts go.
    private void Route() => _boardMachine.Ip("route add default dev eth0");
}
