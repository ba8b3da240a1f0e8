using System.Device.Gpio;
using System.Text;
using Spore.Firmware;
using Spore.Services;

namespace Spore.Samples.Switch;

/// <summary>The pin, and the words that set it.</summary>
internal sealed class SwitchedPin : IRequestHandler
{
    private readonly byte[] _on = Encoding.UTF8.GetBytes("on");
    private readonly byte[] _off = Encoding.UTF8.GetBytes("off");
    private readonly byte[] _toggle = Encoding.UTF8.GetBytes("toggle");
    private readonly SporeNode _node;
    private readonly GpioPin _pin;
    private bool _isOn;

    /// <summary>Takes a pin.</summary>
    /// <param name="node">The node whose requests it answers.</param>
    /// <param name="pin">The pin, as an output.</param>
    public SwitchedPin(SporeNode node, GpioPin pin)
    {
        _node = node;
        _pin = pin;
    }

    /// <summary>Does what a member asks. What it does not understand changes nothing.</summary>
    /// <param name="request">A buffer with the request.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>What the pin is then: "on" or "off".</returns>
    public byte[] Do(byte[] request, int offset, int length)
    {
        // Datagrams and requests come on two threads.
        lock (_pin)
        {
            _isOn = IsSame(request, offset, length, _on) || (_isOn && !IsSame(request, offset, length, _off));
            if (IsSame(request, offset, length, _toggle))
            {
                _isOn = !_isOn;
            }

            _pin.Write(_isOn ? PinValue.High : PinValue.Low);
            return _isOn ? _on : _off;
        }
    }

    /// <inheritdoc/>
    public void Handle(long number, byte[] key, int keyOffset, byte[] body, int offset, int length)
    {
        byte[] answer = Do(body, offset, length);
        if (number != 0)
        {
            _node.Respond(number, answer);
        }
    }

    private static bool IsSame(byte[] request, int offset, int length, byte[] word)
    {
        bool isSame = length == word.Length;
        for (int i = 0; isSame && i < length; i++)
        {
            isSame = request[offset + i] == word[i];
        }

        return isSame;
    }
}
