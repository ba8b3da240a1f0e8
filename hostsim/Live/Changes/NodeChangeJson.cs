using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Spore.Hostsim.Display;
using Spore.Mesh;
using Spore.Signing;

namespace Spore.Hostsim.Live.Changes;

/// <summary>A <see cref="NodeChange"/> as a program reads it: one line of JSON.</summary>
internal static class NodeChangeJson
{
    // Bytes that are no UTF-8 throw, and are no text.
    private static readonly UTF8Encoding _strict = new(false, true);

    /// <summary>Writes a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="previous">The state that the program was given before.</param>
    /// <returns>The line, in UTF-8.</returns>
    public static byte[] Write(NodeChange change, NetworkState previous)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("version", VersionText.Format(change.Version));
            json.WriteNumber("epoch", VersionText.Epoch(change.Version));
            json.WriteNumber("revision", VersionText.Revision(change.Version));

            // A string: beyond 2^53 many readers round a number.
            json.WriteString("version_number", change.Version.ToString(CultureInfo.InvariantCulture));
            json.WriteString("state", Word(change.State));
            json.WriteString("previous_state", Word(previous));
            json.WriteString("interface", change.Interface);
            json.WriteString("public_key", KeyText.Format(change.PublicKey));
            json.WritePropertyName("entry");
            if (change.Entry == null)
            {
                json.WriteNullValue();
            }
            else
            {
                WriteEntry(json, change.Entry);
            }

            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    // The word of the file "status".
    private static string Word(NetworkState state)
    {
        return state == NetworkState.None ? "none" : NetworkStateText.Word(state);
    }

    private static void WriteEntry(Utf8JsonWriter json, PeerDescription entry)
    {
        json.WriteStartObject();
        json.WriteString("label", entry.Label);
        WriteList(json, "allowed_ips", entry.AllowedPrefixes.Select(p => p.ToString()));
        WriteList(json, "endpoints", entry.Endpoints.Select(e => e.ToString()));
        json.WriteNumber("persistent_keepalive", entry.Keepalive);
        WriteList(
            json, "roles", NetworkIni.FormatRoles(entry.Roles).Split(", ", StringSplitOptions.RemoveEmptyEntries));
        json.WriteStartArray("vendor");
        foreach (VendorField field in entry.VendorFields)
        {
            json.WriteStartObject();
            json.WriteNumber("enterprise", field.Enterprise);
            json.WriteString("value", Convert.ToHexStringLower(field.Value));
            json.WriteString("text", Text(field.Value));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (string item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }

    // Null for what is not printable: no UTF-8, or with a control character other than a tab and line breaks.
    private static string? Text(byte[] value)
    {
        try
        {
            string text = _strict.GetString(value);
            return text.All(c => !char.IsControl(c) || c is '\t' or '\n' or '\r') ? text : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
