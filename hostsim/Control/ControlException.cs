using System;

namespace Spore.Hostsim.Control;

/// <summary>A request at a control socket can't be understood, nor what follows it.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class ControlException(string message) : Exception(message);
