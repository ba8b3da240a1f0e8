using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Spore.Fuzz;

/// <summary>
/// What the instrumented core has run through: how often each way from one block to the next was
/// taken, in steps as of AFL.
/// </summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;

    private static readonly byte[] _steps = MakeSteps();

    // The core counts here as long as it is loaded.
    private static readonly byte* _trace = (byte*)NativeMemory.AllocZeroed(Size);

    private readonly byte[] _seen = new byte[Size];

    /// <summary>Has the core write here from now on: to be called before it runs.</summary>
    public static void Watch() => Trace.SharedMem = _trace;

    /// <summary>The ways seen so far.</summary>
    public int Edges { get; private set; }

    /// <summary>Called before an input is run.</summary>
    public static void Begin()
    {
        NativeMemory.Clear(_trace, Size);
        Trace.PrevLocation = 0;
    }

    /// <summary>Called after an input was run.</summary>
    /// <param name="isCounted">Whether it matters how often a way was taken.</param>
    /// <returns>Whether it took a way that none took before, or one more often.</returns>
    public bool AddNew(bool isCounted)
    {
        bool isNew = false;
        ulong* words = (ulong*)_trace;
        for (int word = 0; word < Size / 8; word++)
        {
            if (words[word] == 0)
            {
                continue;
            }

            for (int i = word * 8; i < (word * 8) + 8; i++)
            {
                byte step = isCounted ? _steps[_trace[i]] : _trace[i] == 0 ? (byte)0 : (byte)1;
                if ((_seen[i] & step) != step)
                {
                    Edges += _seen[i] == 0 ? 1 : 0;
                    _seen[i] |= step;
                    isNew = true;
                }
            }
        }

        return isNew;
    }

    // 1, 2, 3, 4-7, 8-15, 16-31, 32-127 and 128 or more times, a bit each.
    private static byte[] MakeSteps()
    {
        byte[] steps = new byte[256];
        for (int count = 1; count < 256; count++)
        {
            steps[count] = (byte)(count switch
            {
                1 => 1,
                2 => 2,
                3 => 4,
                < 8 => 8,
                < 16 => 16,
                < 32 => 32,
                < 128 => 64,
                _ => 128,
            });
        }

        return steps;
    }
}
