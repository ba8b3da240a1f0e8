namespace Spore.CommandLine;

/// <summary>What a column of a <see cref="TextTable"/> holds.</summary>
public enum ColumnKind
{
    /// <summary>Words. On a narrow terminal they are folded at spaces.</summary>
    Words,

    /// <summary>Keys, addresses and names, which are never folded.</summary>
    Exact,

    /// <summary>Numbers, which are aligned to the right and never folded.</summary>
    Number,
}
