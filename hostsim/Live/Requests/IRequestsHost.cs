namespace Spore.Hostsim.Live.Requests;

/// <summary>The node whose members send requests.</summary>
internal interface IRequestsHost
{
    /// <summary>The label of a member. Called under the node's lock.</summary>
    /// <param name="key">Its key, in base64.</param>
    /// <returns>The label that the network gives it; empty for none.</returns>
    string LabelOf(string key);

    /// <summary>Names a member for people. Called under the node's lock.</summary>
    /// <param name="key">Its key, in base64.</param>
    /// <returns>Its name.</returns>
    string NameOf(string key);

    /// <summary>Gives the response to a request. Called on any thread, without the node's lock.</summary>
    /// <param name="number">The number of the request.</param>
    /// <param name="response">The response, or null where there will be none.</param>
    /// <returns>False if nobody waits for it any more.</returns>
    bool Respond(long number, byte[]? response);
}
