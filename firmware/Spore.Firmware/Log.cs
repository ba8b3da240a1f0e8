using System;

namespace Spore.Firmware;

/// <summary>The serial log: a line each, with the seconds since boot.</summary>
internal static class Log
{
    /// <summary>Writes a line.</summary>
    /// <param name="text">What happened.</param>
    public static void Write(string text)
    {
        long now = Environment.TickCount64;
        long hundredths = now % 1000 / 10;
        Console.WriteLine(string.Concat(
            (now / 1000).ToString(), hundredths < 10 ? ".0" : ".", hundredths.ToString(), string.Concat("  ", text)));
    }
}
