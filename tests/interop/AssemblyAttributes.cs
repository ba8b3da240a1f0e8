using Spore.Tests.Interop;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

// Each test has machines and processes of its own, and mostly waits for WireGuard's timers. There are more at a time
// than processors, but not so many that they would starve each other.
[assembly: Parallelization(Mode = ParallelMode.Collections, MaxThreads = 6)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
