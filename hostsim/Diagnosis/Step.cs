namespace Spore.Hostsim.Diagnosis;

/// <summary>One question and its answer.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer.</param>
/// <param name="IsGood">Whether the answer is as it should be; null where that can't be said.</param>
internal sealed record Step(string Question, string Answer, bool? IsGood);
