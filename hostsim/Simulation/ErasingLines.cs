using System.Collections.Generic;
using Spectre.Console.Rendering;

namespace Spore.Hostsim.Simulation;

/// <summary>Erases the rest of each line it writes: a live table may have stood there.</summary>
internal sealed class ErasingLines(IRenderable inner) : IRenderable
{
    private static readonly Segment _erase = Segment.Control("\u001b[K");

    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth)
    {
        return inner.Measure(options, maxWidth);
    }

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (Segment segment in inner.Render(options, maxWidth))
        {
            if (segment.IsLineBreak)
            {
                yield return _erase;
            }

            yield return segment;
        }
    }
}
