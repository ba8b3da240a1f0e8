using System;
using Spore.Hostsim.Live.Output;
using Spore.Tftp;

namespace Spore.Hostsim.Live.Serving;

/// <summary>The node whose members read and write a folder's files.</summary>
internal interface IServingHost
{
    /// <summary>Names the peer of a transfer for people. Called under the node's lock.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <returns>The peer's name.</returns>
    string NameOf(TftpTransfer transfer);

    /// <summary>Names the peer of a transfer for programs. Called under the node's lock.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <returns>The peer, as the subject of a log line.</returns>
    LineSubject About(TftpTransfer transfer);

    /// <summary>Ends a transfer with an error. Called under the node's lock.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result">The error.</param>
    void Abort(TftpTransfer transfer, int result);

    /// <summary>Gives the verdict on the block that a transfer waits with. Called under the node's lock.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result">The verdict.</param>
    void Resume(TftpTransfer transfer, int result);

    /// <summary>
    /// Does something under the node's lock, or drops it where the node has stopped. Called on any thread.
    /// </summary>
    /// <param name="action">What to do.</param>
    void Invoke(Action action);
}
