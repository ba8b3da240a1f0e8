namespace Spore.Hostsim.Live.Datagrams;

/// <summary>Takes the datagrams of one socket, on the thread that receives them.</summary>
internal interface IDatagramReceiver
{
    /// <summary>Lends memory for what is received next, once it is free.</summary>
    /// <returns>An empty room.</returns>
    DatagramsRead NextRoom();

    /// <summary>Called when something was received into that room, which is then not the caller's any more.</summary>
    void Receive();
}
