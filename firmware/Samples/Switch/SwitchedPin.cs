using System;
using System.Device.Gpio;
using System.Text;
using Spore.Firmware;
using Spore.Services;

namespace Spore.Samples.Switch;

/// <summary>The pin that the network names for this board, and the words that set it.</summary>
internal sealed class SwitchedPin : IRequestHandler
{
    /// <summary>The length of the longest answer in bytes.</summary>
    public const int LongestAnswer = LongestName + 4;

    // RFC 5612 reserves this number for examples. A vendor has one of its own.
    private const int Enterprise = 32473;

    // What the vendor field says: the number of the pin, 1 byte, then a name in UTF-8, which may be empty.
    private const int LongestName = 32;
    private const int NameOffset = 1;

    private readonly byte[] _on = Encoding.UTF8.GetBytes("on");
    private readonly byte[] _off = Encoding.UTF8.GetBytes("off");
    private readonly byte[] _toggle = Encoding.UTF8.GetBytes("toggle");
    private readonly byte[] _noPin = Encoding.UTF8.GetBytes("no pin");
    private readonly byte[] _field = new byte[NameOffset + LongestName];
    private readonly GpioController _controller = new GpioController();
    private readonly SporeNode _node;
    private GpioPin _pin;
    private int _number;
    private byte[] _isOnText;
    private byte[] _isOffText;
    private bool _isOn;

    /// <summary>Makes a switch that has no pin until a network names one.</summary>
    /// <param name="node">The node whose requests it answers.</param>
    public SwitchedPin(SporeNode node)
    {
        _node = node;
        _node.VendorFieldsChanged += Configure;
    }

    /// <summary>Does what a member asks. What it does not understand changes nothing.</summary>
    /// <param name="request">A buffer with the request.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>What the pin is then: its name, if it has one, and "on" or "off"; "no pin" without a pin.</returns>
    public byte[] Do(byte[] request, int offset, int length)
    {
        // Datagrams and requests come on two threads.
        lock (_controller)
        {
            if (_pin == null)
            {
                return _noPin;
            }

            _isOn = IsSame(request, offset, length, _on) || (_isOn && !IsSame(request, offset, length, _off));
            if (IsSame(request, offset, length, _toggle))
            {
                _isOn = !_isOn;
            }

            _pin.Write(_isOn ? PinValue.High : PinValue.Low);
            return _isOn ? _isOnText : _isOffText;
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

    // Called when a network was applied whose vendor fields are others. A pin that stays keeps what it is.
    private void Configure(SporeNode node)
    {
        int length = node.ReadVendorField(Enterprise, 0, _field);
        lock (_controller)
        {
            if (_pin != null && (length < NameOffset || _field[0] != _number))
            {
                _pin.Write(PinValue.Low);
                _controller.ClosePin(_number);
                _pin = null;
            }

            if (length < NameOffset)
            {
                return;
            }

            int name = (length < _field.Length ? length : _field.Length) - NameOffset;
            _isOnText = Named(name, _on);
            _isOffText = Named(name, _off);
            if (_pin == null)
            {
                Open(_field[0]);
            }
        }
    }

    private void Open(int number)
    {
        try
        {
            _pin = _controller.OpenPin(number, PinMode.Output);
            _number = number;
            _isOn = false;
            _pin.Write(PinValue.Low);
        }
        catch (Exception)
        {
            // The board goes on, since only a later network can name another pin.
            Log.Write(string.Concat("no output pin has the number ", number.ToString()));
        }
    }

    private byte[] Named(int name, byte[] word)
    {
        if (name == 0)
        {
            return word;
        }

        byte[] text = new byte[name + 1 + word.Length];
        Array.Copy(_field, NameOffset, text, 0, name);
        text[name] = (byte)' ';
        Array.Copy(word, 0, text, name + 1, word.Length);
        return text;
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
