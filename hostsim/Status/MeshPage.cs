using System;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Spore.Hostsim.Status;

/// <summary>A <see cref="MeshSurvey"/> as one page of HTML, which needs nothing from a network.</summary>
internal static class MeshPage
{
    private const string Template = "Spore.Hostsim.Status.mesh.html";
    private const string Place = "@DATA@";

    // Leaves out what would end the script element that holds it.
    private static readonly JsonSerializerOptions _form =
        new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Makes the page.</summary>
    /// <param name="survey">The survey.</param>
    /// <param name="at">When it was made.</param>
    /// <returns>The text of the page.</returns>
    public static string Of(MeshSurvey survey, DateTimeOffset at)
    {
        using Stream stream = typeof(MeshPage).Assembly.GetManifestResourceStream(Template)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Replace(
            Place, JsonSerializer.Serialize(MeshJson.Of(survey, at), _form), StringComparison.Ordinal);
    }
}
