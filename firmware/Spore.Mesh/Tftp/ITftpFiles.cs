namespace Spore.Tftp;

/// <summary>The files behind a <see cref="TftpService"/>. Except where said, these methods may start, resume and abort transfers.</summary>
public interface ITftpFiles
{
    /// <summary>A peer asks to read a file. Sets <see cref="TftpTransfer.File"/> and <see cref="TftpTransfer.Size"/>, and may set <see cref="TftpTransfer.ErrorText"/>.</summary>
    /// <param name="transfer">The transfer, with the addresses of both sides.</param>
    /// <param name="name">A buffer with the file's name; only valid during the call.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length, 0 to <see cref="TftpTransfer.MaxNameLength"/> bytes.</param>
    /// <returns><see cref="TftpResult.Ok"/>, or the error to answer, after which the transfer was never opened.</returns>
    int OpenRead(TftpTransfer transfer, byte[] name, int offset, int length);

    /// <summary>A peer asks to write a file. <see cref="TftpTransfer.Size"/> is what it announces, or -1. Sets <see cref="TftpTransfer.File"/>, and may set <see cref="TftpTransfer.ErrorText"/>.</summary>
    /// <param name="transfer">The transfer, with the addresses of both sides.</param>
    /// <param name="name">A buffer with the file's name; only valid during the call.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length, 0 to <see cref="TftpTransfer.MaxNameLength"/> bytes.</param>
    /// <returns><see cref="TftpResult.Ok"/>, or the error to answer, after which the transfer was never opened.</returns>
    int OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length);

    /// <summary>A block is to be sent, or to be sent again. A transfer whose file changes is to be aborted, which this method may do itself; it may start none.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="position">Where the block starts in the file.</param>
    /// <param name="buffer">The buffer to fill.</param>
    /// <param name="offset">Where in it.</param>
    /// <param name="count">The number of bytes, at least 1, all of them within <see cref="TftpTransfer.Size"/>.</param>
    void Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count);

    /// <summary>A block has arrived, each exactly once and in order, but that one for which <see cref="TftpService.Resume"/> was called with <see cref="TftpResult.Repeat"/> comes again, and may differ.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="position">Where the block starts in the file.</param>
    /// <param name="data">The buffer that holds the block; only valid during the call.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="count">Its length in bytes, possibly 0 in the last one.</param>
    /// <param name="last">Whether it ends the file.</param>
    /// <returns><see cref="TftpResult.Ok"/> to acknowledge it; <see cref="TftpResult.Wait"/> to leave it unacknowledged until <see cref="TftpService.Resume"/>; or the error to answer, which ends the transfer.</returns>
    int Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last);

    /// <summary>A transfer has ended: called exactly once for each that was opened, from either side. Its slot is free when the call returns.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result"><see cref="TftpResult.Ok"/> when all of the file is there and known to be; else one of <see cref="TftpError"/>, or any code that the peer sent.</param>
    void Closed(TftpTransfer transfer, int result);
}
