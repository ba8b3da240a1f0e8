using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spore.Hostsim.Live.Output;

/// <summary>A <see cref="TimelineLine"/> as programs read it: one object of JSON.</summary>
internal static class TimelineJson
{
    // The other encoder escapes the plus signs of keys and times. No line is put into HTML.
    private static readonly JsonWriterOptions _options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="time">Its time.</param>
    /// <returns>The object, without a line break.</returns>
    public static string Write(TimelineLine line, string time)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, _options))
        {
            json.WriteStartObject();
            json.WriteString("time", time);
            json.WriteString("level", LogLevels.Word(line.Level));
            json.WriteString("event", line.Event);
            json.WriteString("message", $"{line.Name}: {line.Text}");
            WriteKnown(json, "peer", line.Subject.Peer);
            WriteKnown(json, "label", line.Subject.Label);
            WriteKnown(json, "endpoint", line.Subject.Endpoint);
            WriteKnown(json, "version", line.Subject.Version);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void WriteKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value != null)
        {
            json.WriteString(name, value);
        }
    }
}
