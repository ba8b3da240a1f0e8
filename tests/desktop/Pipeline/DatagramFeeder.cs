using System;
using System.Collections.Generic;
using System.Threading;
using Spore.Hostsim.Live.Datagrams;
using Spore.Hostsim.Live.Pipeline;

namespace Spore.Tests.Pipeline;

/// <summary>Feeds a node with datagrams, as the thread of a socket does.</summary>
internal sealed class DatagramFeeder(DatagramReceiver receiver, HandshakeQueue handshakes, int places)
{
    public const int MostPlaces = 24;

    /// <summary>How many times it has waited for memory and got it.</summary>
    public int Reads { get; private set; }

    /// <summary>
    /// Feeds datagrams in their order, as few times as they fit, and waits until the handshakes among them are over. Of
    /// one source and one length they come joined.
    /// </summary>
    public void Feed(params IReadOnlyList<Datagram> datagrams)
    {
        for (int next = 0; next < datagrams.Count;)
        {
            DatagramsRead room = receiver.NextRoom();
            Reads++;
            for (int place = 0; place < places && next < datagrams.Count; place++)
            {
                Datagram first = datagrams[next];
                int start = place * DatagramsRead.PlaceSize;
                int end = start;
                bool isOpen = true;
                while (isOpen
                    && next < datagrams.Count
                    && datagrams[next].Source == first.Source
                    && datagrams[next].Bytes.Length <= first.Bytes.Length
                    && end + first.Bytes.Length <= start + DatagramsRead.PlaceSize)
                {
                    byte[] bytes = datagrams[next++].Bytes;
                    bytes.CopyTo(room.Buffer.AsSpan(end));
                    end += bytes.Length;
                    isOpen = bytes.Length == first.Bytes.Length;
                }

                room.Add(end - start, first.Bytes.Length).CopyFrom(first.Source);
            }

            receiver.Receive();
        }

        SpinWait wait = default;
        while (!handshakes.IsEmpty)
        {
            wait.SpinOnce();
        }
    }
}
