using System;

namespace Spore.Hostsim;

/// <summary>Something that the person at the keyboard has to mend.</summary>
/// <param name="message">One plain line: what was wrong, and where.</param>
internal class HostsimException(string message) : Exception(message);
