using System;

namespace Spore.Emulator;

/// <summary>Thrown by a method of the framework to make an exception in the device's program.</summary>
internal sealed class DeviceException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="fault">Which.</param>
    public DeviceException(Fault fault)
        : base(fault.ToString())
    {
        Fault = fault;
    }

    /// <summary>Which exception the program gets.</summary>
    public Fault Fault { get; }
}
