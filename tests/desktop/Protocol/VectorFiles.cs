using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Spore.Tests.Protocol;

/// <summary>
/// The files of docs/vectors, one for each subject. They are made from the text of docs/PROTOCOL.md, with other
/// people's primitives and nothing of the core's.
/// </summary>
internal static class VectorFiles
{
    private static readonly JsonSerializerOptions _format = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly Dictionary<string, Func<object>> _subjects = new()
    {
        ["addresses"] = AddressVectors.Make,
        ["certificates"] = CertificateVectors.Make,
        ["entries"] = EntryVectors.Make,
        ["exchange"] = TransferVectors.MakeExchange,
        ["hello"] = HelloVectors.Make,
        ["identity"] = IdentityVectors.Make,
        ["networks"] = NetworkVectors.Make,
        ["requests"] = TransferVectors.MakeRequests,
    };

    public static string Folder { get; } = Path.Combine(Repository.Root, "docs", "vectors");

    public static IEnumerable<string> Subjects => _subjects.Keys.Order(StringComparer.Ordinal);

    public static string PathOf(string subject) => Path.Combine(Folder, subject + ".json");

    /// <summary>The text that the file of a subject should have.</summary>
    public static string Text(string subject) => JsonSerializer.Serialize(_subjects[subject](), _format) + "\n";

    /// <summary>The file of a subject.</summary>
    public static JsonElement Read(string subject) => JsonDocument.Parse(File.ReadAllText(PathOf(subject))).RootElement;

    public static byte[] Bytes(this JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString()!);
}
