using System;
using Spore.Base;
using Spore.Crypto;
using Spore.Tftp;

namespace Spore.Services;

/// <summary>
/// The files <c>request</c> and <c>response/...</c>: requests of members, and the responses of the application's
/// handler. Read first: PROTOCOL section 8.4.
/// </summary>
internal sealed class RequestTable
{
    // Below it are the numbers of other files.
    private const int Lowest = int.MinValue / 2;

    private static readonly string _requestName = "request";
    private static readonly string _busy = "Another request is not answered yet";

    private readonly IRequestHandler _handler;
    private readonly TftpService _tftp;
    private readonly IEntropy _entropy;
    private readonly Request[] _requests;
    private readonly byte[] _random = new byte[8];

    /// <summary>Takes all memory that it will ever use.</summary>
    /// <param name="handler">What answers.</param>
    /// <param name="count">The number of requests at one time, at least 1.</param>
    /// <param name="size">The largest length of a request, and of a response, in bytes.</param>
    /// <param name="tftp">The service for transfers.</param>
    /// <param name="entropy">The entropy source for the names of responses.</param>
    internal RequestTable(IRequestHandler handler, int count, int size, TftpService tftp, IEntropy entropy)
    {
        _handler = handler;
        _tftp = tftp;
        _entropy = entropy;
        _requests = new Request[count];
        for (int i = 0; i < count; i++)
        {
            _requests[i] = new Request(size);
        }
    }

    /// <summary>Whether a name is that of a request.</summary>
    internal static bool IsRequest(byte[] name, int offset, int length)
    {
        return Ascii.IsSame(name, offset, length, _requestName);
    }

    /// <summary>
    /// Whether a transfer is of one of these files: their <see cref="TftpTransfer.File"/> is a little below zero.
    /// </summary>
    internal static bool Owns(TftpTransfer transfer)
    {
        return transfer.File < 0 && transfer.File > Lowest;
    }

    /// <summary>
    /// Called when a member asks to write a request. One that is not answered keeps the next one away.
    /// </summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="key">The public key of the member, 32 bytes.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>As <see cref="ITftpFiles.OpenWrite"/>.</returns>
    internal int OpenWrite(TftpTransfer transfer, byte[] key, long now)
    {
        int index = -1;
        for (int i = 0; i < _requests.Length; i++)
        {
            if (_requests[i].IsFree(now))
            {
                index = index < 0 ? i : index;
            }
            else if (ConstantTime.Equal(_requests[i].Key, 0, key, 0, Request.KeySize))
            {
                return Busy(transfer);
            }
        }

        if (index < 0)
        {
            return Busy(transfer);
        }

        Request request = _requests[index];
        if (transfer.Size > request.Bytes.Length)
        {
            return TftpError.DiskFull;
        }

        EndReads(index);
        request.Begin(key, transfer.Response == TftpOptions.WantsResponse ? ChooseNumber() : 0);
        transfer.Response = request.Number;
        transfer.File = ~index;
        return TftpResult.Ok;
    }

    /// <summary>Called when a peer asks to read a response. Only the key that wrote the request can.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="number">The number in the name.</param>
    /// <param name="key">The public key of the peer, 32 bytes.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>As <see cref="ITftpFiles.OpenRead"/>.</returns>
    internal int OpenRead(TftpTransfer transfer, long number, byte[] key, long now)
    {
        for (int i = 0; i < _requests.Length; i++)
        {
            Request request = _requests[i];
            if (request.State != RequestState.None
                && request.Number == number
                && !request.IsOver(now)
                && ConstantTime.Equal(request.Key, 0, key, 0, Request.KeySize))
            {
                transfer.File = ~i;
                transfer.Size = request.Length;
                return request.State == RequestState.Complete ? TftpResult.Ok : TftpResult.Wait;
            }
        }

        return TftpError.FileNotFound;
    }

    /// <summary>Called when a block of a response is to be sent.</summary>
    internal void Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
    {
        Array.Copy(_requests[~transfer.File].Bytes, position, buffer, offset, count);
    }

    /// <summary>Called when a block of a request has arrived.</summary>
    /// <returns>As <see cref="ITftpFiles.Write"/>.</returns>
    internal int Write(TftpTransfer transfer, int position, byte[] data, int offset, int count)
    {
        Request request = _requests[~transfer.File];
        if (count > request.Bytes.Length - position)
        {
            return TftpError.DiskFull;
        }

        Array.Copy(data, offset, request.Bytes, position, count);
        request.Length = position + count;
        return TftpResult.Ok;
    }

    /// <summary>Called when a transfer of these files has ended.</summary>
    internal void Closed(TftpTransfer transfer, int result, long now)
    {
        Request request = _requests[~transfer.File];
        if (transfer.IsSender)
        {
            request.IsRead = request.IsRead || (result == TftpResult.Ok && request.State == RequestState.Complete);
        }
        else if (result != TftpResult.Ok)
        {
            request.State = RequestState.None;
        }
        else
        {
            request.Handle(now);
            _handler.Handle(request.Number, request.Key, 0, request.Bytes, 0, request.Length);
            if (request.Number == 0)
            {
                request.State = RequestState.None;
            }
        }
    }

    /// <summary>
    /// Should be called when the response to a request is there, or null when there will be none: who waits for it gets
    /// error 0, and the next request may come.
    /// </summary>
    /// <returns>
    /// False, with nothing changed, if the request is not waiting for a response any more, or the response is too long.
    /// </returns>
    internal bool Respond(long number, byte[] response, int offset, int length, long now)
    {
        for (int i = 0; i < _requests.Length; i++)
        {
            Request request = _requests[i];
            if (request.State == RequestState.Handled && request.Number == number && number != 0)
            {
                if (length > request.Bytes.Length || request.IsOver(now))
                {
                    return false;
                }

                if (response == null)
                {
                    request.State = RequestState.None;
                    EndReads(i);
                    return true;
                }

                request.Complete(response, offset, length, now);
                Serve(i, now);
                return true;
            }
        }

        return false;
    }

    private static int Busy(TftpTransfer transfer)
    {
        transfer.ErrorText = _busy;
        return TftpError.NotDefined;
    }

    // Answers the reads that have waited for a response.
    private void Serve(int index, long now)
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (transfer.IsWaiting && transfer.IsSender && transfer.File == ~index)
            {
                transfer.Size = _requests[index].Length;
                _tftp.Resume(transfer, TftpResult.Ok, now);
            }
        }
    }

    // The response that they read gives way to another request.
    private void EndReads(int index)
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (transfer.IsActive && transfer.File == ~index)
            {
                _tftp.Abort(transfer, TftpError.NotDefined);
            }
        }
    }

    private long ChooseNumber()
    {
        while (true)
        {
            _entropy.Fill(_random, 0, 8);
            long number = (long)BigEndian.ReadUInt64(_random, 0);
            if (number != 0 && number != TftpOptions.WantsResponse)
            {
                return number;
            }
        }
    }
}
