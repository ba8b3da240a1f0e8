using System;

namespace Spore.Services;

/// <summary>A member's request, and then its response, in the same memory.</summary>
internal sealed class Request
{
    /// <summary>The length of a public key in bytes.</summary>
    internal const int KeySize = 32;

    /// <summary>For how long a response can be read, in milliseconds.</summary>
    internal const int ReadTime = 30000;

    // For how long the handler may work, in milliseconds: longer than a reader waits.
    private const int HandleTime = 60000;

    /// <summary>The public key of the member.</summary>
    internal readonly byte[] Key = new byte[KeySize];

    /// <summary>The body of the request, or the response.</summary>
    internal readonly byte[] Bytes;

    /// <summary>How far it is.</summary>
    internal RequestState State;

    /// <summary>The number in the name of its response, or 0 where none is wanted.</summary>
    internal long Number;

    /// <summary>The length of the body, or of the response, in bytes.</summary>
    internal int Length;

    /// <summary>Whether its response was read whole.</summary>
    internal bool IsRead;

    private long _until;

    /// <summary>Takes the memory.</summary>
    /// <param name="size">The largest length of a body, and of a response, in bytes.</param>
    internal Request(int size)
    {
        Bytes = new byte[size];
    }

    /// <summary>Whether a new request may take its place.</summary>
    internal bool IsFree(long now)
    {
        return State == RequestState.None || IsRead || IsOver(now);
    }

    /// <summary>Whether its time is over.</summary>
    internal bool IsOver(long now)
    {
        return State >= RequestState.Handled && now >= _until;
    }

    /// <summary>Should be called when a member begins to write a request.</summary>
    internal void Begin(byte[] key, long number)
    {
        Array.Copy(key, Key, KeySize);
        Number = number;
        Length = 0;
        IsRead = false;
        State = RequestState.Arriving;
    }

    /// <summary>Should be called when the request is whole.</summary>
    internal void Handle(long now)
    {
        State = RequestState.Handled;
        _until = now + HandleTime;
    }

    /// <summary>Should be called when the response is there.</summary>
    internal void Complete(byte[] response, int offset, int length, long now)
    {
        Array.Copy(response, offset, Bytes, 0, length);
        Length = length;
        State = RequestState.Complete;
        _until = now + ReadTime;
    }
}
