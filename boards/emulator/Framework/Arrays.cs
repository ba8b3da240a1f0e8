using System;
using System.Runtime.InteropServices;

namespace Spore.Emulator;

/// <content>Arrays.</content>
internal static unsafe partial class Framework
{
    private static void AddArrays()
    {
        Add("System.Array::get_Length()", (_, a) => a[0].Set(DataType.I4, ArrayAt(a, 0)->Head));
        Add("System.Array::Copy(System.Array,System.Int32,System.Array,System.Int32,System.Int32)", Copy);
        Add("System.Array::Clear(System.Array,System.Int32,System.Int32)", Clear);
        Add(
            "System.Runtime.CompilerServices.RuntimeHelpers::InitializeArray(System.Array,System.RuntimeFieldHandle)",
            Initialize);
    }

    private static HeapBlock* ArrayAt(HeapBlock* arguments, int index)
    {
        HeapBlock* array = arguments[index].Target;
        if (array == null)
        {
            throw new DeviceException(Fault.NullReference);
        }

        return array->Type == DataType.SzArray ? array : throw new DeviceException(Fault.WrongType);
    }

    private static void Copy(Machine machine, HeapBlock* arguments)
    {
        int length = arguments[4].I4;
        if (length == 0)
        {
            return;
        }

        HeapBlock* from = ArrayAt(arguments, 0);
        HeapBlock* to = ArrayAt(arguments, 2);
        int fromIndex = arguments[1].I4;
        int toIndex = arguments[3].I4;
        if (length < 0
            || fromIndex < 0
            || toIndex < 0
            || (long)fromIndex + length > from->Head
            || (long)toIndex + length > to->Head)
        {
            throw new DeviceException(Fault.OutOfRange);
        }

        if (from->ElementType != to->ElementType)
        {
            throw new DeviceException(Fault.WrongType);
        }

        long bytes = (long)length * from->ElementSize;
        Buffer.MemoryCopy(
            HeapBlock.Elements(from) + ((long)fromIndex * from->ElementSize),
            HeapBlock.Elements(to) + ((long)toIndex * to->ElementSize),
            bytes,
            bytes);
        machine.AddCost(machine.Costs.CopyPerByte * bytes);
    }

    private static void Clear(Machine machine, HeapBlock* arguments)
    {
        HeapBlock* array = ArrayAt(arguments, 0);
        int index = arguments[1].I4;
        int length = arguments[2].I4 == -1 ? array->Head : arguments[2].I4;
        if (length < 0 || index < 0 || (long)length + index > array->Head)
        {
            throw new DeviceException(Fault.OutOfRange);
        }

        if (array->ElementsAreBlocks != 0)
        {
            for (int i = 0; i < length; i++)
            {
                HeapBlock.ElementBlocks(array)[index + i].SetObject(null);
            }
        }
        else
        {
            NativeMemory.Clear(
                HeapBlock.Elements(array) + ((long)index * array->ElementSize), (nuint)length * array->ElementSize);
        }

        machine.AddCost(machine.Costs.ClearPerByte * length * array->ElementSize);
    }

    private static void Initialize(Machine machine, HeapBlock* arguments)
    {
        HeapBlock* array = ArrayAt(arguments, 0);
        if (arguments[1].Type != DataType.Reflection)
        {
            throw new DeviceException(Fault.WrongType);
        }

        byte[] data = machine.Program.Data(arguments[1].I4);
        if (array->ElementsAreBlocks != 0 || data.Length < array->Head * array->ElementSize)
        {
            throw new DeviceException(Fault.WrongType);
        }

        Marshal.Copy(data, 0, (nint)HeapBlock.Elements(array), array->Head * array->ElementSize);
    }
}
