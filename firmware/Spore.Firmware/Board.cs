namespace Spore.Firmware;

/// <summary>What the firmware takes for granted about the board; boards/esp32 lists others.</summary>
internal static class Board
{
    /// <summary>The pin of the status LED, high for on: that of an ESP32 DevKit. Negative for none.</summary>
    public const int LedPin = 2;
}
