// The part of nanoFramework.Runtime.Native 1.7.11 that Spore uses, as declarations; docs/reference.md says what
// it was checked against.

using System;
using System.Reflection;

[assembly: AssemblyVersion("1.7.11.0")]

namespace System
{
    public static class Environment
    {
        public static extern long TickCount64 { get; }
    }
}

namespace nanoFramework.Runtime.Native
{
    public enum RebootOption
    {
        NormalReboot = 0,
        EnterNanoBooter = 1,
        ClrOnly = 2,
        EnterProprietaryBooter = 8,
    }

    public class Power
    {
        public static extern void RebootDevice(RebootOption rebootOption = RebootOption.NormalReboot);
    }

    public static class GC
    {
        public static extern uint Run(bool compactHeap);
        public static extern void EnableGCMessages(bool enable);
    }

    public static class SystemInfo
    {
        public static extern Version Version { get; }
        public static extern string TargetName { get; }
        public static extern string Platform { get; }
    }

    public static class Rtc
    {
        public static extern bool SetSystemTime(DateTime time);
    }
}
