namespace Spore.Hostsim.Simulation;

/// <summary>What one simulated run is made from; equal options give equal runs.</summary>
internal sealed record SimulationOptions
{
    /// <summary>The most nodes a run may have, so that their outer addresses fit one local network.</summary>
    public const int MaxNodes = 200;

    /// <summary>The nodes of the first network besides the publisher.</summary>
    public int Nodes { get; init; } = 5;

    /// <summary>How many of a hundred datagrams are lost.</summary>
    public double Loss { get; init; } = 5;

    /// <summary>The delay within a local network, in milliseconds.</summary>
    public int Delay { get; init; } = 20;

    /// <summary>The delay between local networks, in milliseconds. A run of <c>hostsim sim</c> has only one.</summary>
    public int RoutedDelay { get; init; } = 60;

    /// <summary>How many of a hundred datagrams are held back, so that later ones overtake them.</summary>
    public double Reorder { get; init; } = 3;

    /// <summary>What every key, delay and loss of the run follows from.</summary>
    public long Seed { get; init; } = 1;
}
