using nanoFramework.TestFramework;

namespace Spore.Tests.Device;

/// <summary>
/// Two plain tunnels in one memory: a handshake with a preshared key, packets, and the next handshake.
/// </summary>
[TestClass]
public class TwoTunnelsTests
{
    [TestMethod]
    public void TwoTunnelsMakeASessionAndPassAPacketAndRenewTheSession()
    {
        TunnelScenario.Build();
        TunnelScenario.Run(2000);
        Assert.IsTrue(TunnelScenario.HaveSession(), "both have a session");
        Assert.IsTrue(TunnelScenario.SendPacket(), "the packet was taken");
        TunnelScenario.Run(10);
        Assert.AreEqual(1, TunnelScenario.Received(), "packets received");
        Assert.AreEqual(TunnelScenario.PacketSize, TunnelScenario.LatestLength(), "the packet's length");

        int since = TunnelScenario.SessionSince();
        TunnelScenario.Run(150000);
        Assert.IsTrue(TunnelScenario.SessionSince() > since, "the session was renewed");
        Assert.IsTrue(TunnelScenario.SendPacket(), "the packet was taken after that");
        TunnelScenario.Run(10);
        Assert.AreEqual(2, TunnelScenario.Received(), "packets received after that");
    }
}
