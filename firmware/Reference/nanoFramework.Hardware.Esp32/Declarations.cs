// The part of nanoFramework.Hardware.Esp32 1.6.42 that Spore uses, as declarations; docs/reference.md says what
// it was checked against.

using System.Reflection;

[assembly: AssemblyVersion("1.6.42.0")]

namespace nanoFramework.Hardware.Esp32
{
    public class HighResTimer
    {
        public static extern ulong GetCurrent();
    }

    // This is ESP-IDF's heap, around the managed one; what is free of the managed heap is what GC.Run of
    // Runtime.Native gives.
    public class NativeMemory
    {
        public enum MemoryType
        {
            All,
            Internal,
            SpiRam,
        }

        public static extern void GetMemoryInfo(
            MemoryType memType, out uint totalSize, out uint totalFreeSize, out uint largestFreeBlock);
    }
}
