using System;
using System.Collections.Generic;

namespace Spore.Hostsim.Live.Programs;

/// <summary>What a program is started with.</summary>
/// <param name="Input">Its standard input.</param>
/// <param name="Environment">Variables of its environment, beside those of the node.</param>
/// <param name="Patience">How long it may take. After that it is killed with all that it has started.</param>
/// <param name="TellError">Called for each line of its standard error, on any thread.</param>
/// <param name="TellOutput">
/// Called for each line of its standard output, on any thread; null where that is kept as the program's answer.
/// </param>
internal sealed record ProgramStart(
    byte[] Input,
    IReadOnlyDictionary<string, string> Environment,
    TimeSpan Patience,
    Action<string> TellError,
    Action<string>? TellOutput = null);
