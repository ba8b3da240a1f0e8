using System;

namespace Spore.Signing;

/// <summary>
/// Something a person gave can't be used. Its message is one plain line, <c>where: field: what was wrong</c>.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Makes the line.</summary>
    /// <param name="where">The file, or the file and line, or the argument that it is about.</param>
    /// <param name="field">The field in it, or null where it is about the whole.</param>
    /// <param name="what">What was wrong.</param>
    public InputException(string where, string? field, string what)
        : base(MessageText.OneLine(field is null ? $"{where}: {what}" : $"{where}: {field}: {what}"))
    {
        Where = where;
        Field = field;
        What = what;
    }

    /// <summary>The file, or the file and line, or the argument that it is about.</summary>
    public string Where { get; }

    /// <summary>The field in it, or null where it is about the whole.</summary>
    public string? Field { get; }

    /// <summary>What was wrong.</summary>
    public string What { get; }
}
