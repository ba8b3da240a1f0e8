using System;
using System.IO;
using System.Text;

namespace Spore.Hostsim;

/// <summary>Messages to systemd's journal, each a line with its priority (sd-daemon(3)).</summary>
/// <param name="error">The stream to the journal.</param>
internal sealed class JournalErrorWriter(TextWriter error) : TextWriter
{
    // Of syslog (RFC 5424 section 6.2.1).
    private const int ErrorPriority = 3;
    private const int WarningPriority = 4;
    private const string Warning = "hostsim: warning: ";

    /// <inheritdoc/>
    public override Encoding Encoding => error.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => error.Write(value);

    /// <inheritdoc/>
    public override void WriteLine(string? value)
    {
        bool isWarning = value?.StartsWith(Warning, StringComparison.Ordinal) == true;
        error.WriteLine($"<{(isWarning ? WarningPriority : ErrorPriority)}>{value}");
    }
}
