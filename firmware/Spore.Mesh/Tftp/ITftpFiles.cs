namespace Spore.Tftp;

/// <summary>The files that a <see cref="TftpService"/> sends and receives. Read first: RFC 1350 section 4.</summary>
/// <remarks>
/// These methods may resume and abort transfers, and may start transfers except where a method says otherwise. A
/// result is a <see cref="TftpResult"/>, or an error code.
/// </remarks>
public interface ITftpFiles
{
    /// <summary>
    /// Called when a peer requests to read a file. Sets <see cref="TftpTransfer.File"/> and
    /// <see cref="TftpTransfer.Size"/>, and may set <see cref="TftpTransfer.ErrorText"/>.
    /// </summary>
    /// <param name="transfer">The transfer, with the addresses of both sides.</param>
    /// <param name="name">A buffer with the file's name; only valid during the call.</param>
    /// <param name="offset">Where the name starts, in bytes.</param>
    /// <param name="length">The length of the name, 0 to <see cref="TftpTransfer.MaxNameLength"/> bytes.</param>
    /// <returns>
    /// <see cref="TftpResult.Ok"/>; <see cref="TftpResult.Wait"/> to decide by <see cref="TftpService.Resume"/> within
    /// 25 s, after which the peer gets <see cref="TftpError.NotDefined"/>; <see cref="TftpResult.Later"/>, or the error
    /// to answer, after both of which <see cref="Closed"/> is not called.
    /// </returns>
    int OpenRead(TftpTransfer transfer, byte[] name, int offset, int length);

    /// <summary>
    /// Called when a peer requests to write a file. <see cref="TftpTransfer.Size"/> is the size in bytes that the peer
    /// announced, or -1. Sets <see cref="TftpTransfer.File"/>, and may set <see cref="TftpTransfer.ErrorText"/>.
    /// </summary>
    /// <param name="transfer">The transfer, with the addresses of both sides.</param>
    /// <param name="name">A buffer with the file's name; only valid during the call.</param>
    /// <param name="offset">Where the name starts, in bytes.</param>
    /// <param name="length">The length of the name, 0 to <see cref="TftpTransfer.MaxNameLength"/> bytes.</param>
    /// <returns>As <see cref="OpenRead"/>, but never <see cref="TftpResult.Wait"/>.</returns>
    int OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length);

    /// <summary>
    /// Called when a block is to be sent, and again for each retransmission. A transfer whose file has changed has to
    /// be aborted, which this method may do itself. It must not start transfers.
    /// </summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="position">Where the block starts in the file, in bytes.</param>
    /// <param name="buffer">The buffer to write the block to.</param>
    /// <param name="offset">Where the block starts in that buffer, in bytes.</param>
    /// <param name="count">
    /// The length of the block in bytes, at least 1. The block is within <see cref="TftpTransfer.Size"/>.
    /// </param>
    void Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count);

    /// <summary>
    /// Called when a block was received: once for each block, and in order. Only a block that
    /// <see cref="TftpService.Resume"/> answered with <see cref="TftpResult.Repeat"/> comes again, and may then differ.
    /// </summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="position">Where the block starts in the file, in bytes.</param>
    /// <param name="data">The buffer that holds the block; only valid during the call.</param>
    /// <param name="offset">Where the block starts in that buffer, in bytes.</param>
    /// <param name="count">The length of the block in bytes; the last one may have 0.</param>
    /// <param name="last">Whether the block ends the file.</param>
    /// <returns>
    /// <see cref="TftpResult.Ok"/> to acknowledge the block; <see cref="TftpResult.Wait"/> to leave it unacknowledged
    /// until <see cref="TftpService.Resume"/>; or the error to answer, which ends the transfer.
    /// </returns>
    int Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last);

    /// <summary>
    /// Called when a transfer has ended: exactly once for each transfer that was opened, from either side. Its slot is
    /// free when the call returns.
    /// </summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result">
    /// <see cref="TftpResult.Ok"/> if all blocks were received and accepted, or were sent and acknowledged; else
    /// another <see cref="TftpResult"/>, a <see cref="TftpError"/>, or any other code that the peer sent.
    /// </param>
    void Closed(TftpTransfer transfer, int result);
}
