namespace Spore.Mesh;

/// <summary>What a node knows of its network (PROTOCOL section 8.2).</summary>
public enum NetworkState
{
    /// <summary>It has no network.</summary>
    None,

    /// <summary>No other witness has confirmed the applied network within the last hour.</summary>
    Unconfirmed,

    /// <summary>The node is the only witness: there is no other to confirm the applied network.</summary>
    Witness,

    /// <summary>Another witness has confirmed the applied network within the last hour, in a live session.</summary>
    Fresh,

    /// <summary>There is a newer network, which this node may not have.</summary>
    Behind,

    /// <summary>The applied network has expired: its members are not trusted any more.</summary>
    Expired,
}
