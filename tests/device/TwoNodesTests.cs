using Spore.Mesh;
using Spore.SignedNetwork;
using nanoFramework.TestFramework;

namespace Spore.Tests.Device;

/// <summary>
/// Two nodes in one memory: from flash records to a shared network, a change of it, and packets inside it.
/// </summary>
[TestClass]
public class TwoNodesTests
{
    [TestMethod]
    public void TwoNodesGoFromHandshakeToAnAppliedNetworkAndAPushedChange()
    {
        Station first = new Station(1, Fixture.FirstIdentity, Wire.Start);
        Station second = new Station(2, Fixture.SecondIdentity, Wire.Start);
        Wire wire = new Wire(new Station[] { first, second }, 3);

        Assert.AreEqual(
            (int)NetworkFault.None,
            (int)first.Node.Load(Fixture.NetworkVersion1, 0, Fixture.NetworkVersion1.Length, wire.Now),
            "the first node's own network");
        wire.Run(30000);
        Assert.IsTrue(second.Knows(NodeEvent.SessionUp), "the second node has a session");
        Assert.AreEqual(1L, (long)second.Node.NetworkVersion, "the second node's network");

        Assert.AreEqual(
            (int)NetworkFault.None,
            (int)first.Node.Load(Fixture.NetworkVersion2, 0, Fixture.NetworkVersion2.Length, wire.Now),
            "the first node's next network");
        wire.Run(5000);
        Assert.AreEqual(2L, (long)second.Node.NetworkVersion, "the second node's network after a change");
        Assert.AreEqual((int)NetworkState.Fresh, (int)second.Node.State(wire.Now), "the witness's word");

        byte[] ping = new byte[InnerPacket.EchoSize];
        InnerPacket.WriteEcho(ping, 1, 2);
        Assert.IsTrue(first.Node.Send(ping, 0, ping.Length, wire.Now), "the ping was taken");
        wire.Run(1000);
        Assert.AreEqual(1, first.Delivered, "the answer to the ping");
        Assert.AreEqual(0, wire.Lost, "datagrams without room");
    }
}
