namespace Spore.WireGuard;

/// <summary>How many tasks of each kind a tunnel does as soon as there is time, in this order.</summary>
public class IdleWork
{
    /// <summary>Static-static secrets to be derived, one for each new peer.</summary>
    public int Secrets;

    /// <summary>Ephemeral keys to be made for the next unknown key: 1 or 0.</summary>
    public int Keys;

    /// <summary>Ephemeral pairs to be made for peers.</summary>
    public int Pairs;
}
