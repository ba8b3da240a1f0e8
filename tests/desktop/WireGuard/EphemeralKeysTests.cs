using System;
using System.Linq;
using Spore.Crypto;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>Each input of an ephemeral key changes the key, so that one weak input does not decide it.</summary>
public class EphemeralKeysTests
{
    private static readonly byte[] _nodeKey = TunnelEnd.PrivateKey(1);

    [Fact]
    public void The_same_inputs_give_the_same_key() => Assert.Equal(Key(), Key());

    [Fact]
    public void Each_byte_of_the_node_s_key_counts()
    {
        for (int i = 0; i < 32; i++)
        {
            byte[] other = (byte[])_nodeKey.Clone();
            other[i] ^= 1;
            Assert.True(Key() != Key(nodeKey: other), $"byte {i}");
        }
    }

    [Fact]
    public void Each_byte_of_the_host_s_entropy_counts()
    {
        for (int i = 0; i < 32; i++)
        {
            Assert.True(Key() != Key(changed: i), $"byte {i}");
        }
    }

    [Fact]
    public void The_number_of_the_key_counts()
    {
        EphemeralKeys keys = Make(_nodeKey, -1);
        Assert.Equal(10, Enumerable.Range(0, 10).Select(_ => Take(keys)).Distinct().Count());
    }

    [Theory]
    [InlineData(new long[0], new long[] { 0 })]
    [InlineData(new long[] { 1_000 }, new long[] { 1_001 })]
    [InlineData(new long[] { 1_000, 2_000 }, new long[] { 1_001, 2_000 })]
    [InlineData(new long[] { 1_000, 2_000 }, new long[] { 1_000, 2_001 })]
    [InlineData(new long[] { 1_000, 2_000 }, new long[] { 2_000, 1_000 })]
    [InlineData(new long[] { 1_000 }, new long[] { 1_000 | (1L << 56) })]
    public void The_time_of_each_handshake_message_received_counts(long[] first, long[] second) =>
        Assert.NotEqual(Key(received: first), Key(received: second));

    // The message need not be valid.
    [Theory]
    [InlineData(Message.Initiation, Message.InitiationSize)]
    [InlineData(Message.Response, Message.ResponseSize)]
    public void In_a_tunnel_the_time_of_each_handshake_message_counts(int type, int size)
    {
        byte[] message = new byte[size];
        message[0] = (byte)type;
        Assert.Equal(KeyAfter(1_000), KeyAfter(1_000));
        Assert.NotEqual(KeyAfter(1_000), KeyAfter(1_001));

        string KeyAfter(long time)
        {
            TunnelSession session = new();
            session.End.Now = time;
            session.Receive(message);
            session.End.Now = 2_000;
            session.End.Tunnel.Initiate(session.Peer, session.End.Now);
            return Convert.ToHexString(Assert.Single(session.End.Ephemerals).Private);
        }
    }

    [Fact]
    public void A_key_made_ahead_is_made_anew_after_an_hour_without_use()
    {
        TunnelEnd end = new(1);
        end.Run(0);
        IdleWork work = new();
        end.Tunnel.CountWork(work, end.Now + 3_599_999);
        Assert.Equal(0, work.Keys);
        end.Now += 3_600_000;
        end.Tunnel.CountWork(work, end.Now);
        Assert.Equal(1, work.Keys);
        Assert.True(end.Tunnel.WorkDue <= end.Now);
        end.Run(0);
        end.Tunnel.CountWork(work, end.Now);
        Assert.Equal(0, work.Keys);
    }

    private static EphemeralKeys Make(byte[] nodeKey, int changed) =>
        new(new X25519(), new Blake2s(), new ScriptedEntropy(changed), nodeKey);

    private static string Key(byte[]? nodeKey = null, int changed = -1, params long[] received)
    {
        EphemeralKeys keys = Make(nodeKey ?? _nodeKey, changed);
        foreach (long time in received)
        {
            keys.Stir(time);
        }

        return Take(keys);
    }

    // The private key, then the public key.
    private static string Take(EphemeralKeys keys)
    {
        byte[] pair = new byte[64];
        keys.Take(pair, 0, pair, 32);
        return Convert.ToHexString(pair);
    }
}
