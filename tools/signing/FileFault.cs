using System;
using System.IO;

namespace Spore.Signing;

/// <summary>Tells in plain words why a file could not be used.</summary>
internal static class FileFault
{
    /// <summary>Describes an exception of the file system.</summary>
    /// <returns>A few words, or null when the exception is none of the file system's.</returns>
    public static string? Describe(Exception exception) => exception switch
    {
        FileNotFoundException => "no such file",
        DirectoryNotFoundException => "no such directory",
        UnauthorizedAccessException => "permission denied",
        PathTooLongException => "the path is too long",
        ArgumentException => "is not a path",
        IOException e => WithoutPath(e.Message),
        NotSupportedException => "is not a file",
        _ => null,
    };

    // .NET adds the path: " : '/path'". The message names the file already, and not a temporary one.
    private static string WithoutPath(string message)
    {
        int path = message.LastIndexOf(" : '", StringComparison.Ordinal);
        return path > 0 && message.EndsWith('\'') ? message[..path] : message;
    }
}
