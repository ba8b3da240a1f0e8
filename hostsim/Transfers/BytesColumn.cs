using System;
using Spectre.Console;
using Spectre.Console.Rendering;
using Spore.Hostsim.Display;

namespace Spore.Hostsim.Transfers;

/// <summary>The bytes so far, and of how many where that is known.</summary>
internal sealed class BytesColumn : ProgressColumn
{
    /// <inheritdoc/>
    protected override bool NoWrap => true;

    /// <inheritdoc/>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        string bytes = ByteSize.Describe((long)task.Value);
        return new Text(task.IsIndeterminate ? bytes : $"{bytes} of {ByteSize.Describe((long)task.MaxValue)}");
    }
}
