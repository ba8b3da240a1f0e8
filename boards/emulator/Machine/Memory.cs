using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Spore.Emulator;

/// <summary>
/// The device's managed heap, block by block as nanoFramework lays it out: objects are taken first fit from the bottom,
/// stack frames from the top, used frames wait in lists by size, and a collection runs only when something doesn't fit.
/// </summary>
internal sealed unsafe class Memory : IDisposable
{
    // Frames of fewer blocks than this have a list of their own; the others share one.
    private const int FastLists = 40;
    private const int LargestPiece = ushort.MaxValue;
    private const int None = -1;

    private readonly HeapBlock* _blocks;
    private readonly int _count;
    private readonly int[] _cached = new int[FastLists];
    private readonly List<int> _cachedLarge = [];
    private readonly Stack<nint> _grey = new();
    private readonly List<string?> _strings = [];
    private readonly Stack<int> _freeStrings = new();
    private readonly List<string> _literals = [];
    private readonly Action _markRoots;

    // The free pieces, in order of address.
    private int _first = None;
    private int _last = None;

    // What objects may take: exact after a mark, above the truth after that.
    private int _objectBytes;
    private bool _allocatedSinceMark;
    private int _frameBytes;
    private int _markedBytes;

    /// <summary>Takes the memory.</summary>
    /// <param name="bytes">The size of the heap.</param>
    /// <param name="markRoots">
    /// Marks, with <see cref="Mark(in HeapBlock)"/>, everything that the program can reach by itself.
    /// </param>
    public Memory(int bytes, Action markRoots)
    {
        _count = bytes / HeapBlock.Bytes;
        _blocks = (HeapBlock*)NativeMemory.AllocZeroed((nuint)(_count + 1) * HeapBlock.Bytes);
        _markRoots = markRoots;
        Array.Fill(_cached, None);
        for (int at = 0; at < _count; at += LargestPiece)
        {
            Append(at, Math.Min(LargestPiece, _count - at));
        }
    }

    /// <summary>The size of the heap in bytes.</summary>
    public int Size => _count * HeapBlock.Bytes;

    /// <summary>Its first block.</summary>
    public HeapBlock* Start => _blocks;

    /// <summary>Bytes of stack frames in use, with what the runtime holds for itself.</summary>
    public int FrameBytes => _frameBytes;

    /// <summary>
    /// The most bytes that reachable objects and frames took at one time since <see cref="ResetPeak"/>.
    /// </summary>
    public int Peak { get; private set; }

    /// <summary>How often the heap was collected because something didn't fit.</summary>
    public int Collections { get; private set; }

    /// <summary>Objects, arrays and strings made so far.</summary>
    public long AllocatedObjects { get; private set; }

    /// <summary>Bytes that they took.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Takes room for an object.</summary>
    /// <param name="type">What its header says.</param>
    /// <param name="blocks">Its size, header included.</param>
    /// <returns>Its header, with the contents zero, or null where it doesn't fit.</returns>
    public HeapBlock* Allocate(DataType type, int blocks)
    {
        if (blocks > LargestPiece)
        {
            return null;
        }

        int bytes = blocks * HeapBlock.Bytes;
        PrepareForPeak(bytes);
        int at = TakeFirst(blocks);
        if (at == None)
        {
            Collect();
            at = TakeFirst(blocks);
            if (at == None)
            {
                return null;
            }
        }

        Peak = Math.Max(Peak, _objectBytes + _frameBytes + bytes);
        HeapBlock* block = _blocks + at;
        NativeMemory.Clear(block, (nuint)bytes);
        block->Type = type;
        block->Blocks = (ushort)blocks;
        _objectBytes += bytes;
        _allocatedSinceMark = true;
        AllocatedObjects++;
        AllocatedBytes += bytes;
        return block;
    }

    /// <summary>Takes room for a stack frame.</summary>
    /// <param name="blocks">Its size, header included.</param>
    /// <returns>Its header; the contents are what they were; or null where it doesn't fit.</returns>
    public HeapBlock* AllocateFrame(int blocks)
    {
        int bytes = blocks * HeapBlock.Bytes;
        PrepareForPeak(bytes);
        int at = None;
        if (blocks < FastLists)
        {
            at = _cached[blocks];
            if (at != None)
            {
                _cached[blocks] = _blocks[at].Head;
            }
        }
        else
        {
            at = TakeCachedLarge(blocks);
        }

        if (at == None)
        {
            at = TakeLast(blocks);
            if (at == None)
            {
                Collect();
                at = TakeLast(blocks);
                if (at == None)
                {
                    return null;
                }
            }
        }

        HeapBlock* frame = _blocks + at;
        frame->Type = DataType.StackFrame;
        frame->Flags = HeapBlock.Event | HeapBlock.Alive;
        frame->Blocks = (ushort)blocks;
        _frameBytes += bytes;
        Peak = Math.Max(Peak, _objectBytes + _frameBytes);
        return frame;
    }

    /// <summary>Puts a stack frame by for the next call of its size.</summary>
    /// <param name="frame">Its header.</param>
    public void ReleaseFrame(HeapBlock* frame)
    {
        int blocks = frame->Blocks;
        _frameBytes -= blocks * HeapBlock.Bytes;
        Cache((int)(frame - _blocks), blocks);
    }

    /// <summary>Makes a string.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>Its header, or null where it doesn't fit.</returns>
    public HeapBlock* AllocateString(string text)
    {
        int bytes = HeapBlock.Bytes + System.Text.Encoding.UTF8.GetByteCount(text) + 1;
        HeapBlock* block = Allocate(DataType.String, BlocksFor(bytes));
        if (block != null)
        {
            if (!_freeStrings.TryPop(out int handle))
            {
                handle = _strings.Count;
                _strings.Add(null);
            }

            _strings[handle] = text;
            block->Head = handle;
        }

        return block;
    }

    /// <summary>Makes the header of a string whose text stays in flash.</summary>
    /// <param name="literal">Its number, from <see cref="AddLiteral"/>.</param>
    /// <returns>Its header, or null where it doesn't fit.</returns>
    public HeapBlock* AllocateLiteral(int literal)
    {
        HeapBlock* block = Allocate(DataType.String, 1);
        if (block != null)
        {
            block->Head = ~literal;
        }

        return block;
    }

    /// <summary>Takes note of a string in the program's metadata.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>Its number.</returns>
    public int AddLiteral(string text)
    {
        _literals.Add(text);
        return _literals.Count - 1;
    }

    /// <summary>The text of a string.</summary>
    /// <param name="text">Its header.</param>
    /// <returns>The text.</returns>
    public string TextOf(HeapBlock* text) => text->Head < 0 ? _literals[~text->Head] : _strings[text->Head]!;

    /// <summary>The blocks that a number of bytes takes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The blocks.</returns>
    public static int BlocksFor(int bytes) => (bytes + HeapBlock.Bytes - 1) / HeapBlock.Bytes;

    /// <summary>Collects the heap now, as a program can ask for.</summary>
    /// <returns>Bytes free after it.</returns>
    public int Run()
    {
        Collect();
        return Free(out _);
    }

    /// <summary>What is free now, without collecting anything.</summary>
    /// <param name="largest">Bytes of the largest piece.</param>
    /// <returns>Bytes in all.</returns>
    public int Free(out int largest)
    {
        int sum = 0;
        largest = 0;
        for (int at = _first; at != None; at = NextOf(at))
        {
            sum += _blocks[at].Blocks * HeapBlock.Bytes;
            largest = Math.Max(largest, _blocks[at].Blocks * HeapBlock.Bytes);
        }

        return sum;
    }

    /// <summary>Counts what can be reached now, without collecting anything.</summary>
    /// <returns>Bytes of reachable objects, frames not counted.</returns>
    public int MeasureLive()
    {
        MarkAll();
        for (int at = 0; at < _count; at += _blocks[at].Blocks)
        {
            Unmark(at);
        }

        _objectBytes = _markedBytes;
        _allocatedSinceMark = false;
        return _markedBytes;
    }

    /// <summary>Forgets the peak.</summary>
    public void ResetPeak() => Peak = MeasureLive() + _frameBytes;

    /// <summary>Marks what a slot refers to, and all that is reachable from there.</summary>
    /// <param name="slot">The slot.</param>
    public void Mark(in HeapBlock slot)
    {
        if (slot.Type == DataType.Object && slot.U8 != 0)
        {
            Reach(slot.Target);
        }
        else if (slot.Type == DataType.ArrayByRef)
        {
            Reach((HeapBlock*)((byte*)_blocks + slot.ArrayOffset));
        }
        else if (slot.Type == DataType.ByRef && slot.U8 != 0)
        {
            ReachInner(slot.Target);
        }

        while (_grey.TryPop(out nint next))
        {
            Scan((HeapBlock*)next);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_blocks);
        GC.SuppressFinalize(this);
    }

    // Before a new peak is noted, what can no longer be reached is taken out of the reckoning.
    private void PrepareForPeak(int more)
    {
        if (_objectBytes + _frameBytes + more > Peak && _allocatedSinceMark)
        {
            MeasureLive();
        }
    }

    private void Collect()
    {
        Collections++;
        for (int size = 0; size < FastLists; size++)
        {
            for (int at = _cached[size]; at != None; at = _blocks[at].Head)
            {
                _blocks[at].Type = DataType.FreeBlock;
                _blocks[at].Flags = 0;
            }

            _cached[size] = None;
        }

        foreach (int at in _cachedLarge)
        {
            _blocks[at].Type = DataType.FreeBlock;
            _blocks[at].Flags = 0;
        }

        _cachedLarge.Clear();
        MarkAll();
        Sweep();
        _objectBytes = _markedBytes;
        _allocatedSinceMark = false;
    }

    private void MarkAll()
    {
        _markedBytes = 0;
        _markRoots();
    }

    private void Sweep()
    {
        _first = _last = None;
        int at = 0;
        while (at < _count)
        {
            int next = at + _blocks[at].Blocks;
            if (_blocks[at].IsKept)
            {
                Unmark(at);
                at = next;
                continue;
            }

            ReleaseText(at);
            while (next < _count && !_blocks[next].IsKept && next - at + _blocks[next].Blocks <= LargestPiece)
            {
                ReleaseText(next);
                next += _blocks[next].Blocks;
            }

            Append(at, next - at);
            at = next;
        }
    }

    private void ReleaseText(int at)
    {
        if (_blocks[at].Type == DataType.String && _blocks[at].Head >= 0)
        {
            _strings[_blocks[at].Head] = null;
            _freeStrings.Push(_blocks[at].Head);
        }
    }

    private void Unmark(int at)
    {
        if ((_blocks[at].Flags & HeapBlock.Event) == 0)
        {
            _blocks[at].Flags = (byte)(_blocks[at].Flags & ~HeapBlock.Alive);
        }
    }

    private void Reach(HeapBlock* header)
    {
        if ((header->Flags & HeapBlock.Alive) == 0)
        {
            header->Flags |= HeapBlock.Alive;
            _markedBytes += header->Blocks * HeapBlock.Bytes;
            _grey.Push((nint)header);
        }
    }

    // A reference to a field keeps the object alive that has it. There are few, so it is looked for from the bottom.
    private void ReachInner(HeapBlock* slot)
    {
        if (slot < _blocks || slot >= _blocks + _count)
        {
            return;
        }

        int wanted = (int)(slot - _blocks);
        int at = 0;
        while (at + _blocks[at].Blocks <= wanted)
        {
            at += _blocks[at].Blocks;
        }

        Reach(_blocks + at);
    }

    private void Scan(HeapBlock* header)
    {
        if (header->Type == DataType.Class)
        {
            for (int i = 1; i < header->Blocks; i++)
            {
                ScanSlot(header + i);
            }
        }
        else if (header->Type == DataType.Delegate)
        {
            ScanSlot(header + 1);
        }
        else if (header->Type == DataType.DelegateList)
        {
            for (int i = 2; i < header->Blocks; i++)
            {
                ScanSlot(header + i);
            }
        }
        else if (header->Type == DataType.SzArray && header->ElementsAreBlocks != 0)
        {
            for (int i = 0; i < header->Head; i++)
            {
                ScanSlot(HeapBlock.ElementBlocks(header) + i);
            }
        }
    }

    private void ScanSlot(HeapBlock* slot)
    {
        if (slot->Type == DataType.Object && slot->U8 != 0)
        {
            Reach(slot->Target);
        }
    }

    private void Cache(int at, int blocks)
    {
        _blocks[at].Type = DataType.CachedBlock;
        _blocks[at].Flags = HeapBlock.Event | HeapBlock.Alive;
        _blocks[at].Blocks = (ushort)blocks;
        if (blocks < FastLists)
        {
            _blocks[at].Head = _cached[blocks];
            _cached[blocks] = at;
        }
        else
        {
            _cachedLarge.Add(at);
        }
    }

    // A large frame may be a quarter too large, and what it is too large by is put by again.
    private int TakeCachedLarge(int blocks)
    {
        int best = None;
        for (int i = 0; i < _cachedLarge.Count; i++)
        {
            int size = _blocks[_cachedLarge[i]].Blocks;
            if (size == blocks)
            {
                best = i;
                break;
            }

            if (size > blocks && (best == None ? size <= blocks * 20 / 16 : size < _blocks[_cachedLarge[best]].Blocks))
            {
                best = i;
            }
        }

        if (best == None)
        {
            return None;
        }

        int at = _cachedLarge[best];
        _cachedLarge.RemoveAt(best);
        int rest = _blocks[at].Blocks - blocks;
        if (rest > 0)
        {
            Cache(at + blocks, rest);
        }

        return at;
    }

    private int TakeFirst(int blocks)
    {
        for (int at = _first; at != None; at = NextOf(at))
        {
            int size = _blocks[at].Blocks;
            if (size < blocks)
            {
                continue;
            }

            int next = NextOf(at);
            int previous = PreviousOf(at);
            if (size > blocks)
            {
                int rest = at + blocks;
                MakeFree(rest, size - blocks, previous, next);
                LinkNeighbours(previous, next, rest, rest);
            }
            else
            {
                LinkNeighbours(previous, next, next, previous);
            }

            return at;
        }

        return None;
    }

    private int TakeLast(int blocks)
    {
        for (int at = _last; at != None; at = PreviousOf(at))
        {
            int size = _blocks[at].Blocks;
            if (size < blocks)
            {
                continue;
            }

            if (size > blocks)
            {
                _blocks[at].Blocks = (ushort)(size - blocks);
                return at + size - blocks;
            }

            int next = NextOf(at);
            int previous = PreviousOf(at);
            LinkNeighbours(previous, next, next, previous);
            return at;
        }

        return None;
    }

    private void Append(int at, int blocks)
    {
        MakeFree(at, blocks, _last, None);
        LinkNeighbours(_last, None, at, at);
    }

    private void MakeFree(int at, int blocks, int previous, int next)
    {
        _blocks[at].Type = DataType.FreeBlock;
        _blocks[at].Flags = 0;
        _blocks[at].Blocks = (ushort)blocks;
        _blocks[at].Head = next;
        _blocks[at].ArrayIndex = previous;
    }

    private void LinkNeighbours(int previous, int next, int afterPrevious, int beforeNext)
    {
        if (previous == None)
        {
            _first = afterPrevious;
        }
        else
        {
            _blocks[previous].Head = afterPrevious;
        }

        if (next == None)
        {
            _last = beforeNext;
        }
        else
        {
            _blocks[next].ArrayIndex = beforeNext;
        }
    }

    private int NextOf(int at) => _blocks[at].Head;

    private int PreviousOf(int at) => _blocks[at].ArrayIndex;
}
