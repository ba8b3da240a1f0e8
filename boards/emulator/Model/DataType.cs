namespace Spore.Emulator;

/// <summary>
/// The tag of a heap block: what nanoFramework's interpreter takes its contents for. Values and order are its own,
/// since it compares them.
/// </summary>
internal enum DataType : byte
{
    /// <summary>Nothing.</summary>
    Void = 0,

    /// <summary>One byte, 0 or 1.</summary>
    Boolean = 1,

    /// <summary>Signed, 8 bits.</summary>
    I1 = 2,

    /// <summary>Unsigned, 8 bits.</summary>
    U1 = 3,

    /// <summary>A UTF-16 unit.</summary>
    Char = 4,

    /// <summary>Signed, 16 bits.</summary>
    I2 = 5,

    /// <summary>Unsigned, 16 bits.</summary>
    U2 = 6,

    /// <summary>Signed, 32 bits.</summary>
    I4 = 7,

    /// <summary>Unsigned, 32 bits.</summary>
    U4 = 8,

    /// <summary>Floating point, 32 bits.</summary>
    R4 = 9,

    /// <summary>Signed, 64 bits.</summary>
    I8 = 10,

    /// <summary>Unsigned, 64 bits.</summary>
    U8 = 11,

    /// <summary>
    /// Floating point, 64 bits. A slot of this type or a lower one keeps its type when something is stored in it.
    /// </summary>
    R8 = 12,

    /// <summary>A <c>DateTime</c>: ticks since 1601.</summary>
    DateTime = 13,

    /// <summary>A <c>TimeSpan</c>: ticks.</summary>
    TimeSpan = 14,

    /// <summary>The header of a string.</summary>
    String = 15,

    /// <summary>A reference to an object, or null.</summary>
    Object = 16,

    /// <summary>The header of an object.</summary>
    Class = 17,

    /// <summary>The header of a structure, boxed or not.</summary>
    ValueType = 18,

    /// <summary>The header of an array.</summary>
    SzArray = 19,

    /// <summary>A reference to a slot.</summary>
    ByRef = 20,

    /// <summary>A free piece of the heap.</summary>
    FreeBlock = 24,

    /// <summary>A stack frame that was used and waits for the next call of its size.</summary>
    CachedBlock = 25,

    /// <summary>A token on the stack.</summary>
    Reflection = 28,

    /// <summary>A reference to an element of an array.</summary>
    ArrayByRef = 29,

    /// <summary>The header of a delegate of one method.</summary>
    Delegate = 30,

    /// <summary>The header of a delegate of several.</summary>
    DelegateList = 31,

    /// <summary>A stack frame, or what the runtime holds for itself: not collected and not moved.</summary>
    StackFrame = 36,
}
