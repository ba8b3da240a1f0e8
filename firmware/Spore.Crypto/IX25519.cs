namespace Spore.Crypto;

/// <summary>
/// The multiplications of X25519 (RFC 7748 section 5), for a host that has faster ones than the core. A result is what
/// the RFC says, also where it is zero: <see cref="X25519"/> looks for that itself.
/// </summary>
public interface IX25519
{
    /// <summary>Multiplies a point by a scalar.</summary>
    /// <param name="result">Takes the 32-byte product: all zero when the point is of small order.</param>
    /// <param name="resultOffset">Where it goes.</param>
    /// <param name="scalar">Holds the 32-byte scalar, to be clamped as it is read.</param>
    /// <param name="scalarOffset">Where it starts.</param>
    /// <param name="point">Holds the 32-byte u-coordinate, whose top bit is ignored.</param>
    /// <param name="pointOffset">Where it starts.</param>
    void Multiply(byte[] result, int resultOffset, byte[] scalar, int scalarOffset, byte[] point, int pointOffset);

    /// <summary>Multiplies the base point by a scalar.</summary>
    /// <param name="result">Takes the 32-byte product.</param>
    /// <param name="resultOffset">Where it goes.</param>
    /// <param name="scalar">Holds the 32-byte scalar, to be clamped as it is read.</param>
    /// <param name="scalarOffset">Where it starts.</param>
    void MultiplyBase(byte[] result, int resultOffset, byte[] scalar, int scalarOffset);
}
