using System.Linq;
using System.Threading;
using Spore.Hostsim.Live.Datagrams;
using Spore.Hostsim.Live.Pipeline;
using Spore.Tests.Crypto;
using Xunit;

namespace Spore.Tests.Pipeline;

public class HandshakeQueueTests
{
    [Theory]
    [InlineData(1, 148, true)]
    [InlineData(2, 92, true)]
    [InlineData(3, 64, true)]
    [InlineData(1, 4, true)]
    [InlineData(1, 149, false)]
    [InlineData(1, 3, false)]
    [InlineData(4, 148, false)]
    [InlineData(0x80, 148, false)]
    [InlineData(0, 0, false)]
    public void It_takes_what_could_be_a_handshake_message(byte type, int length, bool isTaken)
    {
        byte[] datagram = new byte[200];
        datagram[7] = type;
        Assert.Equal(isTaken, HandshakeQueue.Accepts(datagram, 7, length));
        datagram[9] = 1;
        Assert.False(HandshakeQueue.Accepts(datagram, 7, length));
    }

    [Fact]
    public void What_finds_it_full_is_dropped_and_counted_and_all_else_reaches_the_core_in_order()
    {
        const int TooMany = 100;
        using Hub hub = new(1, 2);
        Member member = hub.Members[0];
        DatagramReceiver receiver = hub.Pipeline.NewDatagramReceiver(() => new DatagramsRead(1));
        Datagram first = member.Initiate();
        Datagram[] others =
        [
            .. Enumerable.Range(0, HandshakeQueue.Places - 1).Select(
                i => new Datagram([1, 0, 0, 0, .. Bytes.Random(i, 144)], member.Endpoint)),
        ];
        long received = hub.Node.Counters.DatagramsReceived;
        Monitor.Enter(hub.Gate);
        try
        {
            Assert.True(hub.Pipeline.Handshakes.Add(first.Bytes, 0, first.Bytes.Length, first.Source));
            Assert.All(
                others, o => Assert.True(hub.Pipeline.Handshakes.Add(o.Bytes, 0, o.Bytes.Length, o.Source)));
            Assert.Equal(received, hub.Node.Counters.DatagramsReceived);
            DatagramsRead room = receiver.NextRoom();
            for (int i = 0; i < TooMany; i++)
            {
                others[0].Bytes.CopyTo(room.Buffer, i * others[0].Bytes.Length);
            }

            room.Add(TooMany * others[0].Bytes.Length, others[0].Bytes.Length).CopyFrom(member.Endpoint);
            receiver.Receive();
            Assert.Equal(
                (TooMany, TooMany), (hub.Node.Counters.DatagramsReceived - received, hub.Node.Counters.Limited));
            Assert.False(hub.Pipeline.Handshakes.IsEmpty);
        }
        finally
        {
            Monitor.Exit(hub.Gate);
        }

        Assert.True(SpinWait.SpinUntil(() => hub.Pipeline.Handshakes.IsEmpty, 60_000));
        Assert.Equal(HandshakeQueue.Places + TooMany, hub.Node.Counters.DatagramsReceived - received);
        Assert.True(member.TakeResponse(hub.Datagrams));
    }
}
