namespace Spore.Emulator;

/// <summary>
/// A call in progress. Its slots are in the device's memory; this is what the interpreter keeps beside them.
/// </summary>
internal unsafe struct Frame
{
    /// <summary>Its piece of the heap, or null where it runs within the frame of its caller.</summary>
    public HeapBlock* Header;

    /// <summary>Its first argument.</summary>
    public HeapBlock* Arguments;

    /// <summary>Its first local.</summary>
    public HeapBlock* Locals;

    /// <summary>The bottom of its evaluation stack.</summary>
    public HeapBlock* Stack;

    /// <summary>The first block after its evaluation stack.</summary>
    public HeapBlock* StackEnd;

    /// <summary>The top of its evaluation stack, while another method runs.</summary>
    public HeapBlock* Top;

    /// <summary>The instruction to go on with, while another method runs.</summary>
    public Instruction* Next;

    /// <summary>The number of its method.</summary>
    public int Method;

    /// <summary>Its place in the tree of calls.</summary>
    public int Node;
}
