namespace Spore.Tests.Nodes;

/// <summary>What an <see cref="Attacker"/> does. The comment says which key it needs.</summary>
internal enum Attack
{
    /// <summary>Any key: shows the newer head, and answers no request.</summary>
    Stall,

    /// <summary>Any key: serves false entries behind the newer head, 512 bytes in 4.5 s.</summary>
    Trickle,

    /// <summary>Any key: serves false entries behind the newer head.</summary>
    Lie,

    /// <summary>Any key: writes the newer head with false entries behind it, 512 bytes in 4.5 s.</summary>
    WriteSlowly,

    /// <summary>Any key: begins to write the newer head with false entries, every few seconds anew.</summary>
    StartAnew,

    /// <summary>Any key: reads files and acknowledges no block.</summary>
    HoldTransfers,

    /// <summary>Any key: makes a session every few seconds, shows the newer head in it, and stalls.</summary>
    ComeAgain,

    /// <summary>Any key: shows another head of the newer version, also signed, whose entries nobody has.</summary>
    ShowTwin,

    /// <summary>Any key: writes heads with false signatures.</summary>
    ShowFalseHeads,

    /// <summary>Any key: asks for one proof after the other.</summary>
    AskOn,

    /// <summary>A member's key, which comes with the trust root's: forges hellos of the honest peer.</summary>
    ForgeHellos,

    /// <summary>No key: repeats each hello and each initiation that it hears 2 ms later, from where it is.</summary>
    Copy,

    /// <summary>No key: sends old hellos and initiations again, from where it is.</summary>
    Replay,

    /// <summary>No key: sends datagrams that look like initiations.</summary>
    Flood,
}
