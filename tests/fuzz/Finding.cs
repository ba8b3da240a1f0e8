using System;

namespace Spore.Fuzz;

/// <summary>An input has done what none may do.</summary>
internal sealed class Finding(string what) : Exception(what);
