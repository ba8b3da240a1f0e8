using System;
using System.Runtime.InteropServices;

namespace Spore.Emulator;

/// <content>Chance, memory figures, and the device itself.</content>
internal static unsafe partial class Framework
{
    private static void AddRuntime()
    {
        // The chip's generator takes no seed.
        Add("System.Random::.ctor()", (_, _) => { });
        Add("System.Random::.ctor(System.Int32)", (_, _) => { });
        Add(
            "System.Random::Next()",
            (m, a) => a[0].Set(DataType.I4, BitConverter.ToInt32(m.Surroundings.Random(4)) & int.MaxValue));
        Add("System.Random::Next(System.Int32)", (m, a) => a[0].Set(
            DataType.I4,
            a[1].I4 > 0
                ? (int)(BitConverter.ToUInt32(m.Surroundings.Random(4)) % (uint)a[1].I4)
                : throw new DeviceException(Fault.OutOfRange)));
        Add("System.Random::NextBytes(System.Byte[])", (m, a) =>
        {
            HeapBlock* array = ArrayAt(a, 1);
            Marshal.Copy(m.Surroundings.Random(array->Head), 0, (nint)HeapBlock.Elements(array), array->Head);
        });

        Add("nanoFramework.Runtime.Native.GC::Run(System.Boolean)", (m, a) => a[0].Set(DataType.I4, m.Memory.Run()));
        Add("nanoFramework.Runtime.Native.GC::EnableGCMessages(System.Boolean)", (_, _) => { });
        Add(
            "nanoFramework.Hardware.Esp32.NativeMemory::GetMemoryInfo(nanoFramework.Hardware.Esp32.NativeMemory/"
            + "MemoryType,System.UInt32&,System.UInt32&,System.UInt32&)",
            (m, a) =>
            {
                int free = m.Memory.Free(out int largest);
                Assign(a[1], m.Memory.Size);
                Assign(a[2], free);
                Assign(a[3], largest);
            },
            13);
        Add(
            "nanoFramework.Runtime.Native.Power::RebootDevice(nanoFramework.Runtime.Native.RebootOption)",
            (m, _) => m.Reboot(),
            16);
        Add("nanoFramework.Runtime.Native.SystemInfo::get_TargetName()", (m, a) => a[0] = m.MakeString("EMULATOR"));
        Add("nanoFramework.Runtime.Native.SystemInfo::get_Platform()", (m, a) => a[0] = m.MakeString("EMULATOR"));
    }

    // An out parameter.
    private static void Assign(in HeapBlock reference, long value)
    {
        if (reference.Type != DataType.ByRef)
        {
            throw new DeviceException(Fault.WrongType);
        }

        reference.Target->Set(DataType.U4, value);
    }
}
