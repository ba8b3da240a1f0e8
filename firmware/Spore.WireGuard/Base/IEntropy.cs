namespace Spore.Base;

/// <summary>The one entropy source.</summary>
public interface IEntropy
{
    /// <summary>Fills a run of bytes with unpredictable values.</summary>
    /// <param name="buffer">The buffer to fill.</param>
    /// <param name="offset">Where the run starts.</param>
    /// <param name="length">Its length in bytes.</param>
    void Fill(byte[] buffer, int offset, int length);
}
