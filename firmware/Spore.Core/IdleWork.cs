namespace Spore;

/// <summary>What is to be done as soon as there is time, in the order in which it is: how many there are of each.</summary>
public sealed class IdleWork
{
    /// <summary>Signatures of network headers to be checked, the one that is being checked included.</summary>
    public int Checks;

    /// <summary>Static-static secrets to be derived, one for each new peer.</summary>
    public int Secrets;

    /// <summary>Ephemeral keys to be made for whoever comes next: 1 or 0.</summary>
    public int Keys;

    /// <summary>Ephemeral pairs to be made for peers.</summary>
    public int Pairs;
}
