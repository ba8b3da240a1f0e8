using System;
using System.Net.Sockets;

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

    /// <summary>Makes a <c>SocketException</c>.</summary>
    /// <param name="error">Its code.</param>
    public DeviceException(SocketError error)
        : base(error.ToString())
    {
        Fault = Fault.Thrown;
        SocketError = error;
    }

    /// <summary>Which exception the program gets.</summary>
    public Fault Fault { get; }

    /// <summary>Of a <c>SocketException</c>: its code.</summary>
    public SocketError SocketError { get; }
}
