using System.IO;
using System.Text;

namespace Spore.Emulator;

/// <summary>Passes on what a program prints, as it prints it, and remembers whether it did.</summary>
internal sealed class ProgramOutput(TextWriter output) : TextWriter
{
    /// <summary>Whether nothing was printed so far.</summary>
    public bool IsSilent { get; private set; } = true;

    /// <inheritdoc/>
    public override Encoding Encoding => output.Encoding;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        IsSilent = false;
        output.Write(value);
    }

    /// <inheritdoc/>
    public override void WriteLine(string? value)
    {
        IsSilent = false;
        output.WriteLine(value);
        output.Flush();
    }
}
