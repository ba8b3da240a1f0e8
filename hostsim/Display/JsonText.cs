using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spore.Hostsim.Display;

/// <summary>Results as JSON.</summary>
internal static class JsonText
{
    // Nothing of it goes into a web page.
    private static readonly JsonSerializerOptions _line =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions _indented = new(_line) { WriteIndented = true };

    /// <summary>Writes an object for people too: with line breaks.</summary>
    /// <param name="value">The object.</param>
    public static string Indented(object value) => JsonSerializer.Serialize(value, _indented);

    /// <summary>Writes an object as one line.</summary>
    /// <param name="value">The object.</param>
    public static string Line(object value) => JsonSerializer.Serialize(value, _line);
}
