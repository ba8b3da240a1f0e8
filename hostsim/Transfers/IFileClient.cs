using System;
using System.Threading;

namespace Spore.Hostsim.Transfers;

/// <summary>Reads and writes files of one peer.</summary>
internal interface IFileClient : IDisposable
{
    /// <summary>The largest block that the tunnel's MTU allows, in bytes.</summary>
    int LargestBlock { get; }

    /// <summary>Lets an exchange go on until it has ended, well or not.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="progress">Called from time to time.</param>
    /// <param name="cancel">Ends it; the peer gets an error packet.</param>
    /// <exception cref="HostsimException">It can't begin.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    void Run(FileExchange exchange, Action progress, CancellationToken cancel);
}
