using System.Device.Gpio;
using System.Text;
using System.Threading;
using Spore.Firmware;

namespace Spore.Samples.Switch;

/// <summary>
/// Toggles a pin when a member asks for it by a datagram "on", "off" or "toggle", and answers with
/// what the pin is then.
/// </summary>
public static class Program
{
    private const int Port = 4401;
    private const int Pin = 5;
    private const int Largest = 16;
    private const int Queue = 128;

    /// <summary>Boots.</summary>
    public static void Main()
    {
        SporeNode node = SporeNode.Boot();
        if (node == null)
        {
            return;
        }

        GpioPin pin = new GpioController().OpenPin(Pin, PinMode.Output);
        SporeSocket socket = node.Open(Port, Largest, Queue);
        node.Start();
        byte[] request = new byte[Largest];
        byte[] on = Encoding.UTF8.GetBytes("on");
        byte[] off = Encoding.UTF8.GetBytes("off");
        byte[] toggle = Encoding.UTF8.GetBytes("toggle");
        MeshEndpoint from = new MeshEndpoint();
        bool isOn = false;
        while (true)
        {
            int length = socket.ReceiveFrom(request, from, Timeout.Infinite);
            if (length < 0)
            {
                continue;
            }

            // What it does not understand, it answers all the same: with the state as it is.
            isOn = IsSame(request, length, on) || (isOn && !IsSame(request, length, off));
            if (IsSame(request, length, toggle))
            {
                isOn = !isOn;
            }

            pin.Write(isOn ? PinValue.High : PinValue.Low);
            byte[] answer = isOn ? on : off;
            socket.SendTo(answer, 0, answer.Length, from);
        }
    }

    private static bool IsSame(byte[] request, int length, byte[] word)
    {
        bool isSame = length == word.Length;
        for (int i = 0; isSame && i < length; i++)
        {
            isSame = request[i] == word[i];
        }

        return isSame;
    }
}
