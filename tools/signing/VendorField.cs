namespace Spore.Signing;

/// <summary>A vendor's own field.</summary>
/// <param name="Enterprise">The vendor's IANA enterprise number.</param>
/// <param name="Value">What it says, at most 251 bytes.</param>
public sealed record VendorField(uint Enterprise, byte[] Value);
