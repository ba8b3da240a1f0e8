namespace Spore.Emulator;

/// <summary>Something in a program that the device does not support, or runs otherwise than .NET.</summary>
/// <param name="Rule">Which rule it breaks.</param>
/// <param name="Method">Where: a method, a type or an assembly.</param>
/// <param name="Line">The source line, where there is a symbol file.</param>
/// <param name="What">What is wrong, for its author.</param>
internal sealed record Violation(Rule Rule, string Method, (string File, int Line)? Line, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Line is { } at ? $"{at.File}({at.Line}): " : "")}{Rule}: {Method}: {What}";
}
