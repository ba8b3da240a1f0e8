// The part of nanoFramework.System.Threading 1.1.52 that Spore may use, as declarations; docs/reference.md says what it
// was checked against. Threads, events, monitors and timers are mscorlib's.

using System.Reflection;

// The last number is the first half of the commit's id.
[assembly: AssemblyVersion("1.1.52.34401")]

namespace System.Threading
{
    public delegate void WaitCallback(object state);

    public static class ThreadPool
    {
        public static extern bool QueueUserWorkItem(WaitCallback callBack);
    }
}
