using nanoFramework.TestFramework;

namespace Spore.Tests.Device;

/// <summary>Bytes from hexadecimal digits.</summary>
internal static class Hex
{
    public static byte[] Parse(string text)
    {
        byte[] bytes = new byte[text.Length / 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((Digit(text[2 * i]) << 4) | Digit(text[(2 * i) + 1]));
        }

        return bytes;
    }

    public static void AreEqual(string expected, byte[] actual, string message)
    {
        byte[] bytes = Parse(expected);
        Assert.AreEqual(bytes.Length, actual.Length, message);
        for (int i = 0; i < bytes.Length; i++)
        {
            Assert.AreEqual((int)bytes[i], (int)actual[i], message);
        }
    }

    private static int Digit(char c)
    {
        return c <= '9' ? c - '0' : c - 'a' + 10;
    }
}
