namespace Spore.Firmware;

/// <summary>The ESP32 program: a node without an application.</summary>
public static class Program
{
    /// <summary>Boots. Ends only where the flash or the chip makes no node.</summary>
    public static void Main()
    {
        SporeNode node = SporeNode.Boot();
        if (node != null)
        {
            node.Run();
        }
    }
}
