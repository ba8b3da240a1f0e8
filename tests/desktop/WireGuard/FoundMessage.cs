namespace Spore.Tests.WireGuard;

/// <summary>A transport message between the two halves of its way in.</summary>
/// <param name="Buffer">Holds it from the second byte on, and has one byte behind it.</param>
/// <param name="Keys">Holds its key from the second byte on.</param>
internal sealed record FoundMessage(byte[] Buffer, byte[] Keys)
{
    /// <summary>Whether it was opened.</summary>
    public bool IsAuthentic { get; set; }

    /// <summary>One that stands for itself alone, since a message that was committed may have been changed.</summary>
    public FoundMessage Copy() => new([.. Buffer], [.. Keys]) { IsAuthentic = IsAuthentic };
}
