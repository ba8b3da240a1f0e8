using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim why</c> where two machines have one identity.</summary>
public class WhyIdentityTests
{
    [Fact]
    public void Two_machines_with_one_identity_are_told_to_themselves_and_to_others()
    {
        using Mesh mesh = new(4, Outer.Ipv4);
        byte[] network = mesh.Sign(1, 4);
        for (int i = 1; i <= 3; i++)
        {
            mesh.Start(i, network);
        }

        SporeNode twin = mesh.Start(mesh.Machines[3], 2, network);
        mesh.KeepPinging(2, 3);
        mesh.KeepPinging(4, 3);
        mesh.Nodes[1]!.WaitFor(0, "same identity", Wire.Address(4));
        string sentence = Why.Expect(mesh, 2, "member-3", "duplicate_identity");
        Assert.StartsWith("Another machine, at 10.77.0.4:51820, has the identity of this node", sentence);
        Wait.Until(
            () => Why.Ask(mesh, 3, "member-2").RootElement.GetProperty("cause").GetString() == "duplicate_identity",
            "member-3 to see two machines");
        sentence = Why.Expect(mesh, 3, "member-2", "duplicate_identity");
        Assert.StartsWith("Two machines have the identity of member-2, at ", sentence);
        Assert.Contains("10.77.0.2:51820", sentence);
        Assert.Contains("10.77.0.4:51820", sentence);
        Assert.Equal(0, twin.Program.Stop());
    }
}
