using System;

namespace Spore.Emulator;

/// <summary>A program that the emulator can't run: what is wrong with it, in one line for its author.</summary>
internal sealed class ProgramException : Exception
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="where">The file, or the method in it.</param>
    /// <param name="what">What is wrong.</param>
    public ProgramException(string where, string what)
        : base($"{where}: {what}")
    {
    }
}
