namespace Spore.Sync;

/// <summary>Whether there is an applied network, and whether its members are trusted.</summary>
internal enum Standing
{
    /// <summary>No network is applied.</summary>
    None,

    /// <summary>A network is applied, and it has not expired.</summary>
    Valid,

    /// <summary>The applied network has expired.</summary>
    Expired,
}
