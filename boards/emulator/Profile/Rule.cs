namespace Spore.Emulator;

/// <summary>What a device program must not do (DESIGN section 4).</summary>
internal enum Rule
{
    /// <summary>Generic types and methods don't exist.</summary>
    Generics,

    /// <summary>Arrays have one dimension.</summary>
    MultidimensionalArray,

    /// <summary>There is no memory to be had on the stack.</summary>
    StackAllocation,

    /// <summary>There are no pointers.</summary>
    Pointer,

    /// <summary>Methods of interfaces have no bodies.</summary>
    DefaultInterfaceMethod,

    /// <summary>Functions have no pointers.</summary>
    FunctionPointer,

    /// <summary>Nothing checks for overflow.</summary>
    CheckedArithmetic,

    /// <summary>There are no volatile fields.</summary>
    Volatile,

    /// <summary>Some opcodes are refused.</summary>
    UnsupportedOpcode,

    /// <summary>64 KB of IL in an assembly.</summary>
    AssemblySize,

    /// <summary>255 locals.</summary>
    Locals,

    /// <summary>255 places on the stack, and no more than the metadata processor counts.</summary>
    StackDepth,

    /// <summary>32 KB for a branch, 255 cases for a switch.</summary>
    Branch,

    /// <summary>Six catch and finally blocks under way at one time.</summary>
    HandlerNesting,

    /// <summary>A value that was unsigned is worked on as if it were signed.</summary>
    SignTrap,
}
