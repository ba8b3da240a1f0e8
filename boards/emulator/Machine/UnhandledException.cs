using System;

namespace Spore.Emulator;

/// <summary>The program threw and did not catch. The device itself says nothing then.</summary>
internal sealed class UnhandledException : Exception
{
    /// <summary>Tells what was thrown.</summary>
    /// <param name="type">The full name of its type.</param>
    /// <param name="message">Its message.</param>
    /// <param name="trace">The calls, a line each.</param>
    public UnhandledException(string type, string? message, string trace)
        : base($"{type}{(message is null ? "" : ": " + message)}{trace}")
    {
        Type = type;
        Text = message;
    }

    /// <summary>The full name of what was thrown.</summary>
    public string Type { get; }

    /// <summary>Its message, if it has one.</summary>
    public string? Text { get; }
}
