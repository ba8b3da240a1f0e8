using Spore.Mesh;
using Spore.SignedNetwork;
using nanoFramework.TestFramework;

namespace Spore.Tests.Device;

/// <summary>Nodes in a network of 100,000 entries, of which each holds a few.</summary>
[TestClass]
public class SparseNodesTests
{
    [TestMethod]
    public void NodesReachEachOtherInANetworkOf100000Entries()
    {
        Station first = new Station(1, Fixture.FirstIdentity, Wire.Start);
        Station second = new Station(2, Fixture.SecondIdentity, Wire.Start);
        Wire wire = new Wire(new Station[] { first, second }, 3);
        byte[] own = LargeNetwork.FirstProof();
        first.Proofs = new byte[][] { own, LargeNetwork.SecondProof(), LargeNetwork.ThirdProof() };
        Assert.AreEqual(
            (int)NetworkFault.None,
            (int)first.Node.LoadPart(LargeNetwork.Head(), 0, own, wire.Now),
            "the first node's part");
        wire.Run(60000);
        Assert.AreEqual(1L, (long)second.Node.NetworkVersion, "the second node's network");
        Assert.IsTrue(second.Node.Network.IsSparse, "the second node holds a part");

        byte[] ping = new byte[InnerPacket.EchoSize];
        InnerPacket.WriteEcho(ping, 2, 1);
        Assert.IsTrue(second.Node.Send(ping, 0, ping.Length, wire.Now), "the ping was taken");
        wire.Run(1000);
        Assert.AreEqual(1, second.Delivered, "the answer to the ping");

        // The third node's entry is found, though nobody is there.
        InnerPacket.WriteEcho(ping, 2, 3);
        Assert.IsFalse(second.Node.Send(ping, 0, ping.Length, wire.Now), "who has the address is not known");
        wire.Run(1000);
        Assert.IsTrue(second.Node.Send(ping, 0, ping.Length, wire.Now), "who has the address is known");
        Assert.AreEqual(3, second.Node.Network.Count, "entries held");
    }
}
