namespace Spore.Unroll;

/// <summary>A generated source file.</summary>
/// <param name="Path">Where it belongs, from the repository's root, with forward slashes.</param>
/// <param name="Text">What it holds.</param>
internal sealed record UnrolledFile(string Path, string Text);
