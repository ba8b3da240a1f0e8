using System;

namespace Spore.CommandLine;

/// <summary>An argument or option has a value that can't be used, whatever the files hold.</summary>
/// <param name="argument">The name of the argument or option.</param>
/// <param name="what">What is wrong with its value, and what to write instead.</param>
public sealed class UsageException(string argument, string what) : Exception($"{argument}: {what}");
