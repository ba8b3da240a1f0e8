using System;
using System.IO;
using System.Text;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// The sample that is the peer of a stock server, as compiled for the device, in the emulator at real pace; its
/// server is wireguard-go.
/// </summary>
public sealed class TunnelSampleTests : IDisposable
{
    // What belongs to the keys and addresses in the sample's source.
    private const string ServerPrivateKey = "wJOijYp8Zx3fl5QiTS8Fiuw3AJbOYZCdzJ1xuaPmvF4=";
    private const string BoardKey = "apGFmF97OfrZtSrzZSGGkr3D88NYYlTmuDeQDQgQqF4=";
    private const string PresharedKey = "gwZ1HjNo9c/57pntQ/wsoVuwk3qlaUnKs8oVF1k3Gg4=";
    private const string ServerAddress = "192.0.2.1";
    private const string BoardAddress = "192.0.2.2";

    private readonly Lab _lab = Lab.Open();
    private readonly NetworkNamespace _boardMachine;
    private readonly NetworkNamespace _serverMachine;
    private readonly Member _board = new(Convert.FromBase64String(BoardKey), 2);

    public TunnelSampleTests()
    {
        _boardMachine = _lab.Machine("board");
        _serverMachine = _lab.Machine("server");
        Wire.Join(_lab, Outer.Ipv4, _boardMachine, _serverMachine);
        _boardMachine.Ip($"addr add {BoardAddress}/24 dev {Wire.Interface}");
        _serverMachine.Ip($"addr add {ServerAddress}/24 dev {Wire.Interface}");
    }

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void A_stock_server_pings_the_sample_also_after_either_was_restarted()
    {
        // It does not know where the board is: the board initiates.
        StockNode server = StartServer(null);
        RunningProgram board = StartBoard();
        board.WaitFor("session up, initiated by the board");
        server.WaitForHandshake(_board);
        PingInTime();

        // The server is restarted, with nothing of its sessions; now its configuration has the board's endpoint, so
        // that it need not wait.
        server.Kill();
        server = StartServer($"{BoardAddress}:{StockNode.Port}");
        PingInTime();
        board.WaitFor("session up, initiated by the server");

        // The board loses its power, and initiates again.
        board.Stop();
        board = StartBoard();
        PingInTime();
        Assert.True(server.HasHandshake(_board));
    }

    private void PingInTime()
    {
        Wait.Until(
            () => _serverMachine.Ask("ping", "-n", "-c", "1", "-W", "2", _board.Ipv4).ExitCode == 0,
            "the board to answer");
        Ping.IsAnswered(_serverMachine, _board.Ipv4);
    }

    private StockNode StartServer(string? endpoint)
    {
        StockNode server = new(_lab, _serverMachine, 1, ServerPrivateKey);
        server.AddPeer(_board, endpoint);
        string preshared = _lab.File("sample.psk", Encoding.ASCII.GetBytes(PresharedKey));
        _serverMachine.Run("wg", "set", server.Interface, "peer", _board.KeyText, "preshared-key", preshared).Demand();
        return server;
    }

    private RunningProgram StartBoard()
    {
        RunningProgram board = _lab.Keep(_boardMachine.Start(
        [
            SporeNode.Dotnet(),
            BoardNode.Emulator,
            "run",
            BoardNode.Firmware(Path.Combine("Samples", "Tunnel"), "Spore.Samples.Tunnel.dll"),
            "--real-time",
        ]));
        board.Prefer();
        return board;
    }
}
