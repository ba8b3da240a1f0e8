using System.Runtime.CompilerServices;

namespace Spore.Emulator;

/// <content>Numbers from bytes. The device is little-endian.</content>
internal static unsafe partial class Framework
{
    private static void AddBitConverter()
    {
        Add(
            "System.BitConverter::ToUInt16(System.Byte[],System.Int32)",
            (_, a) => a[0].Set(DataType.I4, Unsafe.ReadUnaligned<ushort>(BytesAt(a, 2))));
        Add(
            "System.BitConverter::ToInt16(System.Byte[],System.Int32)",
            (_, a) => a[0].Set(DataType.I4, Unsafe.ReadUnaligned<short>(BytesAt(a, 2))));
        Add(
            "System.BitConverter::ToUInt32(System.Byte[],System.Int32)",
            (_, a) => a[0].Set(DataType.U4, Unsafe.ReadUnaligned<uint>(BytesAt(a, 4))));
        Add(
            "System.BitConverter::ToInt32(System.Byte[],System.Int32)",
            (_, a) => a[0].Set(DataType.I4, Unsafe.ReadUnaligned<int>(BytesAt(a, 4))));
        Add(
            "System.BitConverter::ToUInt64(System.Byte[],System.Int32)",
            (_, a) => a[0].Set(DataType.U8, Unsafe.ReadUnaligned<long>(BytesAt(a, 8))));
        Add(
            "System.BitConverter::ToInt64(System.Byte[],System.Int32)",
            (_, a) => a[0].Set(DataType.I8, Unsafe.ReadUnaligned<long>(BytesAt(a, 8))));
    }

    private static byte* BytesAt(HeapBlock* arguments, int length)
    {
        if (arguments[0].U8 == 0)
        {
            throw new DeviceException(Fault.ArgumentNull);
        }

        HeapBlock* array = ArrayAt(arguments, 0);
        int index = arguments[1].I4;
        if (index < 0 || index >= array->Head)
        {
            throw new DeviceException(Fault.OutOfRange);
        }

        return index + length > array->Head
            ? throw new DeviceException(Fault.Argument)
            : HeapBlock.Elements(array) + index;
    }
}
