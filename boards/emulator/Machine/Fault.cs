namespace Spore.Emulator;

/// <summary>
/// What the interpreter itself throws. Several of .NET's exceptions are a plain <c>Exception</c> on the device.
/// </summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>NullReferenceException</c>.</summary>
    NullReference,

    /// <summary><c>IndexOutOfRangeException</c>.</summary>
    IndexOutOfRange,

    /// <summary><c>ArgumentOutOfRangeException</c>.</summary>
    OutOfRange,

    /// <summary><c>ArgumentNullException</c>.</summary>
    ArgumentNull,

    /// <summary><c>ArgumentException</c>.</summary>
    Argument,

    /// <summary><c>InvalidCastException</c>.</summary>
    InvalidCast,

    /// <summary><c>OutOfMemoryException</c>.</summary>
    OutOfMemory,

    /// <summary>Plain <c>Exception</c>: a division by zero.</summary>
    DivideByZero,

    /// <summary>Plain <c>Exception</c>: a value of a type that the operation doesn't take.</summary>
    WrongType,

    /// <summary><c>NotSupportedException</c>.</summary>
    NotSupported,

    /// <summary><c>ObjectDisposedException</c>.</summary>
    ObjectDisposed,

    /// <summary>An exception that a method of the framework has made itself.</summary>
    Thrown,
}
