namespace Spore.Hostsim.Uapi;

/// <summary>A node that can be looked at and configured while it runs, from any thread.</summary>
internal interface IUapiDevice
{
    /// <summary>Tells what there is.</summary>
    /// <returns>The node and its peers.</returns>
    DeviceState Get();

    /// <summary>Does all that is asked for.</summary>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="UapiException">Something of it can't be done; then nothing was.</exception>
    void Set(SetRequest request);

    /// <summary>Hears of an operation that was refused.</summary>
    /// <param name="fault">Why.</param>
    void Refused(UapiException fault);
}
