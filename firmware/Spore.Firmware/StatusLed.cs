using System.Device.Gpio;

namespace Spore.Firmware;

/// <summary>The LED that tells how the node is, in patterns that repeat every two seconds.</summary>
internal sealed class StatusLed
{
    /// <summary>Milliseconds that a step of a pattern lasts.</summary>
    public const int StepTime = 125;

    /// <summary>On: booting.</summary>
    public const int Boot = 0xFFFF;

    /// <summary>
    /// On and off for half a second each: no network, or one that no witness has confirmed within the last hour.
    /// </summary>
    public const int Joining = 0x0F0F;

    /// <summary>A flash every two seconds: the network is fresh, or this node is its only witness.</summary>
    public const int Current = 0x0001;

    /// <summary>
    /// Four flashes a second: no identity, no link, behind a network without this node, or the network has expired.
    /// </summary>
    public const int Trouble = 0x5555;

    private const int Steps = 16;

    private readonly GpioPin _pin;
    private int _step;

    /// <summary>Takes the pin.</summary>
    public StatusLed()
    {
        Pattern = Boot;
        if (Board.LedPin >= 0)
        {
            _pin = new GpioController().OpenPin(Board.LedPin, PinMode.Output);
        }
    }

    /// <summary>One of the patterns.</summary>
    public int Pattern { get; set; }

    /// <summary>Called once in <see cref="StepTime"/>.</summary>
    public void Step()
    {
        if (_pin != null)
        {
            _pin.Write(((Pattern >> _step) & 1) != 0 ? PinValue.High : PinValue.Low);
            _step = (_step + 1) % Steps;
        }
    }
}
