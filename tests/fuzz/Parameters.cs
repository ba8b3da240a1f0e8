namespace Spore.Fuzz;

/// <summary>The parameters of an operation, one byte after the other; where they end, zeros follow.</summary>
internal sealed class Parameters(byte[] bytes)
{
    private int _at;

    public int Left => bytes.Length - _at;

    public byte Next() => _at < bytes.Length ? bytes[_at++] : (byte)0;

    public int Next(int limit) => Next() % limit;

    public byte[] Rest()
    {
        byte[] rest = bytes[_at..];
        _at = bytes.Length;
        return rest;
    }

    /// <summary>
    /// Changes bytes as the rest of the parameters says: in threes, a place in two bytes and what is to be xored there.
    /// </summary>
    /// <param name="original">What is to be changed.</param>
    /// <returns>A changed copy.</returns>
    public byte[] Change(byte[] original)
    {
        byte[] changed = (byte[])original.Clone();
        while (Left >= 3)
        {
            int place = (Next() << 8) | Next();
            byte difference = Next();
            if (changed.Length > 0)
            {
                changed[place % changed.Length] ^= difference;
            }
        }

        return changed;
    }
}
