using System.Threading;
using Spore.Firmware;

namespace Spore.Samples.Switch;

/// <summary>
/// Sets a pin when a member asks for it, by a datagram or by the file <c>request</c>: "on", "off" or "toggle". It
/// answers with what the pin is then. Which pin it is, and its name, the network says in a vendor field.
/// </summary>
public static class Program
{
    private const int Port = 4401;
    private const int LargestRequest = 16;
    private const int Queue = 128;

    /// <summary>Boots.</summary>
    public static void Main()
    {
        SporeNode node = SporeNode.Boot();
        if (node == null)
        {
            return;
        }

        SwitchedPin pin = new SwitchedPin(node);
        SporeSocket socket = node.Open(Port, SwitchedPin.LongestAnswer, Queue);
        node.HandleRequests(pin);
        node.Start();
        byte[] request = new byte[LargestRequest];
        MeshEndpoint from = new MeshEndpoint();
        while (true)
        {
            int length = socket.ReceiveFrom(request, from, Timeout.Infinite);
            if (length >= 0)
            {
                byte[] answer = pin.Do(request, 0, length);
                socket.SendTo(answer, 0, answer.Length, from);
            }
        }
    }
}
