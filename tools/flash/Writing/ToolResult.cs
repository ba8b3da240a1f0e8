namespace Spore.Flash;

/// <summary>How another program ended.</summary>
/// <param name="Code">Its exit code, as the system tells it.</param>
/// <param name="Text">All that it wrote.</param>
internal sealed record ToolResult(int Code, string Text);
