namespace Spore.Signing;

/// <summary>A constant array of bytes in a compiled program, whatever form the program is in.</summary>
public abstract class ConstantArray
{
    /// <summary>What the program finds in it.</summary>
    public abstract byte[] Value { get; }

    /// <summary>Puts something else in its place.</summary>
    /// <param name="value">What the program is to find in it, of the same length.</param>
    public abstract void Replace(byte[] value);
}
