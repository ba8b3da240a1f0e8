namespace Spore.Hostsim.Simulation;

/// <summary>How a run ended.</summary>
/// <param name="IsGood">
/// Whether every member ended on the last version and every ping between members was answered.
/// </param>
/// <param name="Text">The same in a sentence, with what is missing.</param>
internal sealed record Verdict(bool IsGood, string Text);
