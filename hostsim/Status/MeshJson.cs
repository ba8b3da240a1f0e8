using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Spore.Hostsim.Status;

/// <summary>A <see cref="MeshSurvey"/> as an object of JSON.</summary>
internal static class MeshJson
{
    /// <summary>Makes the object.</summary>
    /// <param name="survey">The survey.</param>
    /// <param name="at">When it was made.</param>
    /// <returns>Names and values for a serializer.</returns>
    public static Dictionary<string, object?> Of(MeshSurvey survey, DateTimeOffset at) => new()
    {
        ["time"] = at.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        ["version"] = StatusView.Version(survey.Newest, "0"),
        ["not_asked"] = survey.LeftOut,
        ["members"] = survey.Members.Select(m => new Dictionary<string, object?>
        {
            ["key"] = m.Key,
            ["name"] = m.Name,
            ["here"] = m.Key == survey.Own,
            ["roles"] = m.Roles,
            ["standing"] = survey.Standing(m),
            ["fault"] = m.Fault,
            ["status"] = m.Status == null ? null : StatusJson.Of(m.Status),
        }),
    };
}
