namespace Spore.Firmware;

/// <summary>When to try again what has failed: after 1, 2, 4 … 64 s.</summary>
internal sealed class BackOff
{
    private const int First = 1000;
    private const int Last = 64000;

    private int _next = First;

    /// <summary>It has failed.</summary>
    /// <returns>Milliseconds until the next try.</returns>
    public int Fail()
    {
        int wait = _next;
        if (_next < Last)
        {
            _next *= 2;
        }

        return wait;
    }

    /// <summary>It has succeeded.</summary>
    public void Reset()
    {
        _next = First;
    }
}
