using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Spore.Tests.Interop;

/// <summary>What all processes of a test said, in order: shown where it fails. Safe to use from any thread.</summary>
internal sealed class Journal
{
    private readonly StringBuilder _text = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Adds a line.</summary>
    /// <param name="who">The process that it is from.</param>
    /// <param name="line">The line.</param>
    public void Write(string who, string line)
    {
        lock (_text)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,8:0.000}  {who,-10}  {line}\n");
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_text)
        {
            return _text.ToString();
        }
    }
}
