using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Spectre.Console;
using Spore.CommandLine;

namespace Spore.Hostsim.Diagnosis;

/// <summary>A <see cref="Verdict"/> for people, and as an object of JSON.</summary>
internal static class VerdictView
{
    /// <summary>Writes a verdict: the questions, then the cause in one sentence, and what to do.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="verdict">The verdict.</param>
    public static void Write(IAnsiConsole console, Verdict verdict)
    {
        FieldList fields = new();
        for (int i = 0; i < verdict.Steps.Count; i++)
        {
            Step step = verdict.Steps[i];
            string number = (i + 1).ToString(CultureInfo.InvariantCulture).PadLeft(2);
            Style? style = step.IsGood switch
            {
                true => new Style(Color.Green),
                false => new Style(Color.Red),
                null => (Style?)null,
            };
            fields.Add($"{number}  {step.Question}", step.Answer, style);
        }

        fields.Write(console);
        console.WriteLine();
        bool isTerminal = console.Profile.Out.IsTerminal;
        int width = isTerminal ? console.Profile.Width : int.MaxValue;
        Color color = verdict.Cause == Cause.None ? Color.Green : Color.Red;
        foreach (string line in FoldedText.Fold(verdict.Sentence, width))
        {
            console.WriteUnfolded((line, new Style(color, decoration: Decoration.Bold)));
        }

        foreach (string line in FoldedText.Fold(verdict.Advice, width))
        {
            console.WriteUnfolded((line, null));
        }
    }

    /// <summary>Makes an object of JSON.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="facts">What it follows from.</param>
    /// <returns>Names and values for a serializer.</returns>
    public static Dictionary<string, object?> Json(Verdict verdict, Facts facts) => new()
    {
        ["cause"] = JsonNamingPolicyOf(verdict.Cause),
        ["sentence"] = verdict.Sentence,
        ["advice"] = verdict.Advice,
        ["questions"] = verdict.Steps.Select(s => new Dictionary<string, object?>
        {
            ["question"] = s.Question,
            ["answer"] = s.Answer,
            ["good"] = s.IsGood,
        }),
        ["peer"] = facts.Node.Peer.Key,
        ["label"] = facts.Node.Peer.Label,
    };

    private static string JsonNamingPolicyOf(Cause cause) =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(cause.ToString());
}
