using System;
using System.Linq;
using System.Text;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>What an application on a board learns of the network's vendor fields, in the emulator.</summary>
public sealed class VendorFieldTests : IDisposable
{
    private const uint Vendor = 32473;
    private const uint Highest = uint.MaxValue;

    // Each field that it is asked for is a line: its number and index, the length, and the bytes that fit.
    private const string Source = """
        using System; using System.Net; using Spore.Firmware;
        static class Program
        {
            static SporeNode _node;
            static byte[] _buffer = new byte[4];
            static int _raised;

            static void Main()
            {
                _node = SporeNode.Boot();
                Write("before", _node.ReadVendorField(32473, 0, _buffer));
                _node.VendorFieldsChanged += Changed;
                _node.VendorFieldsChanged += Unwanted;
                _node.VendorFieldsChanged -= Unwanted;
                _node.Run();
            }

            static void Unwanted(SporeNode node) { Console.WriteLine("unwanted"); }

            static void Changed(SporeNode node)
            {
                Console.WriteLine("raised " + (++_raised).ToString());
                for (int i = 0; i < 4; i++)
                {
                    Write("own " + i.ToString(), node.ReadVendorField(32473, i, _buffer));
                }

                Write("own highest", node.ReadVendorField(4294967295, 0, _buffer));
                MeshEndpoint member = new MeshEndpoint();
                Write("peer by label", node.Find("collector", member) ? Of(member) : -2);
                member.SetAddress(IPAddress.Parse("10.77.0.12"));
                Write("peer by address", Of(member));
                member.SetAddress(IPAddress.Parse("10.77.0.13"));
                Write("nobody", Of(member));
            }

            static int Of(MeshEndpoint member) { return _node.ReadVendorField(member, 32473, 0, _buffer); }

            static void Write(string what, int length)
            {
                string text = "";
                for (int i = 0; i < length && i < _buffer.Length; i++)
                {
                    text = text + (char)_buffer[i];
                }

                Console.WriteLine(what + " " + length.ToString() + " '" + text + "'");
                Array.Clear(_buffer, 0, _buffer.Length);
            }
        }
        """;

    private readonly BoardProgram _program = new(Source);
    private readonly FirmwareBoard _board;

    public VendorFieldTests() => _board = new FirmwareBoard(_program.Code, "Program::Main");

    public void Dispose()
    {
        _board.Dispose();
        _program.Dispose();
    }

    [Fact]
    public void An_application_reads_the_fields_of_its_node_and_of_members_when_they_have_changed()
    {
        MeshPeer peer = _board.Join(network: FirmwareBoard.Network(
            1, [Field(Vendor, "one"), Field(7, "else"), Field(Vendor, ""), Field(Vendor, "longer")], []));
        _board.Device.RunFor(60);
        Assert.Equal(
            [
                "before -1 ''", "raised 1", "own 0 3 'one'", "own 1 0 ''", "own 2 6 'long'", "own 3 -1 ''",
                "own highest -1 ''", "peer by label -1 ''", "peer by address -1 ''", "nobody -1 ''",
            ],
            Lines());

        // The same fields again, then one of the peer alone.
        VendorField[] own = [Field(Highest, "top")];
        Apply(peer, 2, own, []);
        Apply(peer, 3, own, []);
        Apply(peer, 4, own, [Field(Vendor, "peer")]);
        Apply(peer, 5, [], []);
        Assert.Equal(
            [
                "raised 2", "own 0 -1 ''", "own 1 -1 ''", "own 2 -1 ''", "own 3 -1 ''", "own highest 3 'top'",
                "peer by label -1 ''", "peer by address -1 ''", "nobody -1 ''",
                "raised 3", "own 0 -1 ''", "own 1 -1 ''", "own 2 -1 ''", "own 3 -1 ''", "own highest 3 'top'",
                "peer by label 4 'peer'", "peer by address 4 'peer'", "nobody -1 ''",
                "raised 4", "own 0 -1 ''", "own 1 -1 ''", "own 2 -1 ''", "own 3 -1 ''", "own highest -1 ''",
                "peer by label -1 ''", "peer by address -1 ''", "nobody -1 ''",
            ],
            Lines().Skip(10));
        Assert.Contains("network version 5", _board.Text);
        Assert.Equal(1, _board.Device.Boots);
    }

    [Fact]
    public void A_network_without_fields_raises_nothing()
    {
        _board.Join();
        _board.Device.RunFor(60);
        Assert.Contains("network version 1", _board.Text);
        Assert.Equal(["before -1 ''"], Lines());
    }

    private static VendorField Field(uint enterprise, string text) => new(enterprise, Encoding.ASCII.GetBytes(text));

    private void Apply(MeshPeer peer, ulong version, VendorField[] ofBoard, VendorField[] ofPeer)
    {
        byte[] network = FirmwareBoard.Network(version, ofBoard, ofPeer);
        Assert.Equal(NetworkFault.None, peer.Node.Load(network, 0, network.Length, peer.Now));
        // A head that is lost is written again after a hello, at the latest.
        _board.Device.RunFor(200);
        Assert.Contains($"network version {version}", _board.Text);
    }

    // Without those of the firmware, which begin with the time.
    private string[] Lines() =>
        [.. _board.Text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
            .Where(l => !char.IsAsciiDigit(l[0]))];
}
