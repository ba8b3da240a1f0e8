using Xunit.Sdk;
using Xunit.v3;

// Each test has processes of its own and its own clock to keep; side by side they would only starve each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
