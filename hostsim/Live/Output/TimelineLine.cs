using System;

namespace Spore.Hostsim.Live.Output;

/// <summary>A line of a real node's timeline, or of the banner before it.</summary>
/// <param name="Time">The time of day of the event; null for a line of the banner.</param>
/// <param name="Name">What happened, or the name of the banner's value.</param>
/// <param name="Colour">The name's colour on a terminal.</param>
/// <param name="Text">The rest.</param>
internal readonly record struct TimelineLine(DateTime? Time, string Name, string Colour, string Text);
