namespace Spore.Emulator;

/// <summary>A place in the program that takes memory.</summary>
/// <param name="Method">The method.</param>
/// <param name="Line">The source line, where there is a symbol file.</param>
/// <param name="Count">How often.</param>
/// <param name="Bytes">How many bytes in all.</param>
internal sealed record AllocationSite(string Method, (string File, int Line)? Line, long Count, long Bytes);
