using System;
using System.Text;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>The text of a table's file, in the encodings that spreadsheet programs write.</summary>
internal static class CsvText
{
    private const int SizeLimit = 64 << 20;

    /// <summary>Reads a file as UTF-8, or as UTF-16 if it begins with that byte order mark.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The text, without a byte order mark.</returns>
    /// <exception cref="InputException">It can't be read, or is in another encoding.</exception>
    public static string Read(string path)
    {
        byte[] bytes = InputFile.Read(path, SizeLimit);
        Encoding encoding = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])
            ? new UnicodeEncoding(false, true, true)
            : bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? new UnicodeEncoding(true, true, true)
            : new UTF8Encoding(false, true);
        try
        {
            return encoding.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new InputException(path, null, "this is not UTF-8 text; save it as CSV in UTF-8");
        }
    }
}
