using System.Collections.Generic;

namespace Spore.Hostsim.Diagnosis;

/// <summary>The answer to "why can't it be reached?".</summary>
/// <param name="Steps">The questions in order, with their answers.</param>
/// <param name="Cause">The cause.</param>
/// <param name="Sentence">The cause in one sentence.</param>
/// <param name="Advice">What to do.</param>
internal sealed record Verdict(IReadOnlyList<Step> Steps, Cause Cause, string Sentence, string Advice);
