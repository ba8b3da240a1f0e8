namespace Spore.Tests.Flash;

/// <summary>What a command did.</summary>
internal sealed record FlashResult(int Code, string Output, string Error);
