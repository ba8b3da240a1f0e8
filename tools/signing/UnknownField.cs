namespace Spore.Signing;

/// <summary>A field of a type that this version does not know and may skip.</summary>
/// <param name="Type">Its type, below 128.</param>
/// <param name="Value">Its value, at most 255 bytes.</param>
public sealed record UnknownField(int Type, byte[] Value);
