using System.Device.Adc;
using System.Text;
using System.Threading;
using Spore.Firmware;

namespace Spore.Samples.Thermometer;

/// <summary>Sends a temperature to a member, twice a minute: a line of text in a datagram.</summary>
public static class Program
{
    /// <summary>The label of the member that takes it, and the port it listens at.</summary>
    private const string Collector = "collector";
    private const int Port = 4400;

    // A TMP36 at the first channel of the converter: 500 mV at 0 °C and 10 mV more for each degree, of 3300 mV.
    private const int Channel = 0;
    private const int Range = 3300;
    private const int Zero = 500;

    private const int Every = 30000;
    private const int LargestLine = 32;

    /// <summary>Boots.</summary>
    public static void Main()
    {
        SporeNode node = SporeNode.Boot();
        if (node == null)
        {
            return;
        }

        node.Start();
        SporeSocket socket = node.Open(Port, LargestLine, 0);
        AdcController converter = new AdcController();
        AdcChannel sensor = converter.OpenChannel(Channel);
        MeshEndpoint collector = new MeshEndpoint { Port = Port };
        while (true)
        {
            int tenths = (sensor.ReadValue() * Range / converter.MaxValue) - Zero;
            byte[] line = Encoding.UTF8.GetBytes(Format(tenths));

            // Until a network has come that names the collector, there is nobody to send to.
            if (node.Find(Collector, collector))
            {
                socket.SendTo(line, 0, line.Length, collector);
            }

            Thread.Sleep(Every);
        }
    }

    private static string Format(int tenths)
    {
        int size = tenths < 0 ? -tenths : tenths;
        return string.Concat(
            string.Concat("temperature=", tenths < 0 ? "-" : "", (size / 10).ToString()),
            ".",
            (size % 10).ToString(),
            "\n");
    }
}
