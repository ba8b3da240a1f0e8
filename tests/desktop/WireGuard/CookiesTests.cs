using System;
using System.Linq;
using Spore.Base;
using Spore.Crypto;
using Spore.Mesh;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>Load and cookies (paper sections 5.3 and 5.4.7) in both roles, in virtual time.</summary>
public class CookiesTests
{
    // The second handshake message within half a second is one too many.
    private const int Interval = 1000;
    private const int Backlog = 500;

    private TunnelSession _session = new(limits: Limits());
    private long _stockTime = 100;

    private TunnelEnd End => _session.End;

    private StockPeer Stock => _session.Stock;

    [Fact]
    public void Without_load_nobody_is_asked_for_a_cookie()
    {
        for (int i = 0; i < 20; i++)
        {
            End.Run(Interval);
            Assert.Equal("2", Answer(Initiation()));
        }

        Assert.DoesNotContain(End.Events, e => e.What == NodeEvent.UnderLoad);
    }

    [Fact]
    [Statement("4-6", "4.6-2")]
    public void Under_load_an_initiation_is_answered_once_its_sender_has_used_the_cookie_that_it_was_sent()
    {
        Overload();
        byte[] initiation = Initiation();
        Assert.Equal("3", Answer(initiation));
        byte[] reply = End.Take().Single();
        Assert.Equal(64, reply.Length);
        Assert.True(Stock.TakeCookieReply(reply));
        Assert.False(_session.Peer.HasSession(End.Now));

        byte[] again = Initiation();
        Assert.True(StockPeer.HasMac2(again, Stock.Cookie!));
        Assert.Equal("2", Answer(again));
        Assert.True(Stock.TakeResponse(End.Take().Single()));
        _session.ReceiveKeepalive();
        Assert.True(_session.Peer.HasSession(End.Now));
        Assert.Single(End.Events, e => e.What == NodeEvent.UnderLoad);
    }

    [Fact]
    [Statement("4.6-2")]
    public void Under_load_a_mac2_that_differs_in_any_bit_is_answered_by_a_cookie()
    {
        Overload();
        AskForCookie(_session.There);
        byte[] initiation = Initiation();
        for (int bit = (Message.InitiationSize - Message.MacSize) * 8; bit < Message.InitiationSize * 8; bit++)
        {
            byte[] flipped = (byte[])initiation.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(Answer(flipped) == "3", $"bit {bit}");
        }

        Assert.Equal("2", Answer(initiation));
    }

    // The secret has 32 bytes, and the nonce of each of the two replies 24.
    [Fact]
    public void Each_byte_of_entropy_changes_the_cookie_replies()
    {
        string usual = TwoReplies(-1);
        Assert.Equal(usual, TwoReplies(-1));
        for (int i = 0; i < 32 + 24 + 24; i++)
        {
            Assert.True(usual != TwoReplies(i), $"byte {i}");
        }

        static string TwoReplies(int changed)
        {
            byte[] message = new byte[Message.InitiationSize];
            byte[] first = new byte[Message.CookieReplySize];
            byte[] second = new byte[Message.CookieReplySize];
            Cookies cookies = new(
                new byte[32],
                new Blake2s(),
                new XChaCha20Poly1305(new ChaCha20Poly1305()),
                new ScriptedEntropy(changed));
            cookies.CreateReply(message, 0, message.Length, TunnelEnd.EndpointOf(2), first, 1_000);
            cookies.CreateReply(message, 0, message.Length, TunnelEnd.EndpointOf(2), second, 1_000);
            return Convert.ToHexString([.. first, .. second]);
        }
    }

    [Fact]
    public void Under_load_a_response_needs_a_cookie_too()
    {
        End.Tunnel.Initiate(_session.Peer, End.Now);
        Assert.NotNull(Stock.TakeInitiation(End.Take().Single()));
        Overload();
        Stock.Index = 7;
        Assert.Equal("3", Answer(Stock.Respond()));
        Assert.True(Stock.TakeCookieReply(End.Take().Single()));

        End.Run(5_000 + Constants.RekeyTimeoutJitter);
        Assert.NotNull(Stock.TakeInitiation(End.Take().Last()));
        Overload();
        Assert.Equal("0", Answer(Stock.Respond()));
        Assert.True(_session.Peer.HasSession(End.Now));
    }

    [Theory]
    [InlineData("192.0.2.2:51820", "192.0.2.2:51820", "2")]
    [InlineData("192.0.2.2:51820", "192.0.2.2:51821", "3")]
    [InlineData("192.0.2.2:51820", "192.0.2.3:51820", "3")]
    [InlineData("192.0.2.2:51820", "[2001:db8::ffff:c000:202]:51820", "3")]
    [InlineData("[2001:db8::2]:51820", "[2001:db8::2]:51820", "2")]
    [InlineData("[2001:db8::2]:51820", "[2001:db8::2]:51821", "3")]
    [InlineData("[2001:db8::2]:51820", "[2001:db8::3]:51820", "3")]
    [InlineData("[2001:db8::2]:51820", "[2001:db8:0:1::2]:51820", "3")]
    [InlineData("[2001:db8::2]:51820", "[3001:db8::2]:51820", "3")]
    public void A_cookie_is_good_for_the_address_and_port_that_it_was_sent_to(string asked, string used, string answer)
    {
        Overload();
        AskForCookie(TunnelEnd.EndpointOf(asked));
        Assert.Equal(answer, Answer(Initiation(), TunnelEnd.EndpointOf(used)));
    }

    [Theory]
    [Statement("4.6-3", "4.6-8")]
    [InlineData("192.0.2.2:1", "192.0.2.2:2", true)]
    [InlineData("192.0.2.2:1", "192.0.2.3:1", false)]
    [InlineData("192.0.2.2:1", "[2001:db8:0:1::2]:1", false)]
    [InlineData("[2001:db8:0:1::1]:1", "[2001:db8:0:1::1]:2", true)]
    [InlineData("[2001:db8:0:1::]:1", "[2001:db8:0:1:ffff:ffff:ffff:ffff]:1", true)]
    [InlineData("[2001:db8:0:1::1]:1", "[2001:db8:0:2::1]:1", false)]
    [InlineData("[2001:db8:0:1::1]:1", "[2001:db9:0:1::1]:1", false)]
    public void With_cookies_an_IPv4_address_has_its_tokens_and_all_of_an_IPv6_64_share_them(
        string first, string second, bool shared)
    {
        Overload();
        (Endpoint one, Endpoint other) = (TunnelEnd.EndpointOf(first), TunnelEnd.EndpointOf(second));
        byte[] cookie = AskForCookie(one);
        byte[] others = AskForCookie(other);
        Stock.Cookie = cookie;
        Assert.Equal("22222", string.Concat(Enumerable.Range(0, 9).Select(_ => Answer(Initiation(), one))));
        Stock.Cookie = others;
        Assert.Equal(
            shared ? string.Empty : "22222",
            string.Concat(Enumerable.Range(0, 9).Select(_ => Answer(Initiation(), other))));
    }

    // 4.5 s are counted for each message, and 2 s may wait.
    [Theory]
    [Statement("4.6-6", "4.6-7")]
    [InlineData(0, "3")]
    [InlineData(2_499, "3")]
    [InlineData(2_500, "2")]
    public void A_device_works_on_one_message_and_on_the_next_when_only_2_s_of_that_work_are_left(
        long after, string answer)
    {
        UseDevice();
        Assert.Equal("2", Answer(Initiation()));
        End.Run(after);
        Assert.Equal(answer, Answer(Initiation()));
        Assert.Equal(answer == "3", End.Events.Any(e => e.What == NodeEvent.UnderLoad));
    }

    [Theory]
    [Statement("4.6-8")]
    [InlineData(0, "")]
    [InlineData(1_999, "")]
    [InlineData(2_000, "2")]
    public void With_cookies_a_device_answers_a_source_once_and_again_after_2_s(long wait, string answer)
    {
        UseDevice();
        Overload();
        byte[] cookie = AskForCookie(_session.There);
        Assert.Equal("2", Answer(Initiation()));
        End.Run(wait);
        Assert.Equal(answer, Answer(Initiation()));
        Assert.Equal(string.Empty, Answer(Initiation()));

        // It is under load all the time, and another source has a token of its own.
        AskForCookie(TunnelEnd.EndpointOf(7));
        Assert.NotEqual(cookie, Stock.Cookie);
        Assert.Equal("2", Answer(Initiation(), TunnelEnd.EndpointOf(7)));
    }

    [Theory]
    [Statement("4.6-4", "4.6-9")]
    [InlineData(1_999, "")]
    [InlineData(2_000, "2")]
    public void A_device_answers_one_unknown_key_and_another_after_2_s_wherever_they_are(long wait, string answer)
    {
        UseDevice();
        End.AdmitsGuests = true;
        StockPeer first = new(TunnelEnd.PrivateKey(30));
        StockPeer second = new(TunnelEnd.PrivateKey(31));
        Assert.Equal("2", Answer(first.Initiate(End.Public, StockPeer.Tai(1)), TunnelEnd.EndpointOf(30)));
        Endpoint there = TunnelEnd.EndpointOf("[2001:db8::31]:51820");
        Assert.Equal("3", Answer(second.Initiate(End.Public, StockPeer.Tai(1)), there));
        Assert.True(second.TakeCookieReply(End.Take().Single()));
        End.Run(wait);
        Assert.Equal(answer, Answer(second.Initiate(End.Public, StockPeer.Tai(2)), there));
    }

    [Theory]
    [InlineData(1, "2")]
    [InlineData(119_999, "2")]
    [InlineData(120_000, "3")]
    public void A_cookie_is_good_until_its_secret_is_120_s_old(long age, string answer)
    {
        Overload();
        Answer(Initiation());
        Stock.TakeCookieReply(End.Take().Single());
        byte[] cookie = Stock.Cookie!;
        End.Run(age - 1);
        Overload();
        End.Run(1);
        Assert.Equal(answer, Answer(Initiation()));
        if (answer == "3")
        {
            Assert.True(Stock.TakeCookieReply(End.Take().Single()));
            Assert.NotEqual(cookie, Stock.Cookie);
            Assert.Equal("2", Answer(Initiation()));
        }
    }

    [Theory]
    [Statement("4.6-1")]
    [InlineData(999, "3")]
    [InlineData(1_000, "2")]
    public void Load_lasts_a_second_longer_than_messages_come_too_fast(long after, string answer)
    {
        Overload();
        End.Run(after);
        Assert.Equal(answer, Answer(Initiation()));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(400)]
    public void Messages_that_go_on_coming_too_fast_keep_it_under_load_and_one_that_is_slower_does_not(int every)
    {
        Overload();
        for (int i = 0; i < 50; i++)
        {
            End.Run(every);
            Assert.Equal("3", Answer(Initiation()));
            End.Take();
        }

        Assert.Single(End.Events, e => e.What == NodeEvent.UnderLoad);
        End.Run(Interval + Backlog);
        Assert.Equal("2", Answer(Initiation()));
    }

    [Fact]
    [Statement("4.6-1")]
    public void Messages_that_are_not_meant_for_this_node_are_no_load_and_get_nothing()
    {
        byte[] message = Initiation();
        message[^20] ^= 1;
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(string.Empty, Answer(message));
        }

        Assert.Equal("2", Answer(Initiation()));
        Overload();
        Assert.Equal(string.Empty, Answer(message));
        Assert.Equal(string.Empty, Answer(message[..^1]));
    }

    [Theory]
    [Statement("4.6-8")]
    [InlineData(0, 5)]
    [InlineData(49, 5)]
    [InlineData(50, 6)]
    [InlineData(120, 7)]
    [InlineData(900, 10)]
    public void With_cookies_a_source_is_given_five_at_once_and_twenty_a_second(int wait, int answers)
    {
        Overload();
        Answer(Initiation());
        Stock.TakeCookieReply(End.Take().Single());
        int answered = Burst() + After(wait);
        Assert.Equal(answers, answered);

        int Burst() => Enumerable.Range(0, 20).Count(_ => Try());

        int After(int milliseconds)
        {
            End.Run(milliseconds);
            return milliseconds > 0 ? Burst() : 0;
        }

        // A peer's initiations have to be 20 ms apart, so another of those that are known asks each time.
        bool Try()
        {
            _session.Peer.InitiationConsumedAt = -1;
            return Answer(Initiation()) == "2";
        }
    }

    [Fact]
    [Statement("4-6")]
    public void A_cookie_that_was_received_is_used_for_the_next_message_and_not_before_it_is_due()
    {
        End.Tunnel.Initiate(_session.Peer, End.Now);
        byte[] initiation = End.Take().Single();
        Assert.Equal(new byte[16], initiation[^16..]);
        byte[] cookie = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        _session.Receive(Stock.ReplyWithCookie(initiation, cookie));
        Assert.Empty(End.Sent);
        Assert.Contains(End.Events, e => e.What == NodeEvent.CookieReceived);

        // Nothing in it was authenticated by the peer's static key: stock implementations don't count it.
        Assert.Equal(0, _session.Peer.BytesReceived);

        End.Run(5_000 + Constants.RekeyTimeoutJitter);
        byte[] again = End.Take().Single();
        Assert.True(StockPeer.HasMac2(again, cookie));
        Assert.NotNull(Stock.TakeInitiation(again));
        _session.Receive(Stock.Respond());
        Assert.True(_session.Peer.HasSession(End.Now));
    }

    [Theory]
    [InlineData(114_999, true)]
    [InlineData(115_000, false)]
    public void A_cookie_that_was_received_is_used_for_115_s(long age, bool used)
    {
        End.Tunnel.Provoke(_session.Peer, _session.There, End.Now);
        byte[] cookie = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        _session.Receive(Stock.ReplyWithCookie(End.Take().Single(), cookie));
        End.Run(age);
        End.Tunnel.Initiate(_session.Peer, End.Now);
        Assert.Equal(used, StockPeer.HasMac2(End.Sent.Single().Bytes, cookie));
        Assert.Equal(!used, End.Take().Single()[^16..].All(b => b == 0));
    }

    [Fact]
    [Statement("4-6")]
    public void A_cookie_in_answer_to_a_response_is_used_for_the_next_response()
    {
        _session.HalfHandshake();
        byte[] cookie = [.. Enumerable.Range(3, 16).Select(i => (byte)i)];
        _session.Receive(Stock.ReplyWithCookie(End.Take().Single(), cookie));
        End.Run(5_000);
        Answer(Initiation());
        byte[] response = End.Take().Single();
        Assert.Equal(2, response[0]);
        Assert.True(StockPeer.HasMac2(response, cookie));
        Assert.True(Stock.TakeResponse(response));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("other index")]
    [InlineData("length")]
    [InlineData("nonce")]
    [InlineData("cookie")]
    [InlineData("tag")]
    [InlineData("another peer's")]
    [InlineData("answer to an earlier one")]
    [InlineData("twice")]
    public void A_reply_that_does_not_answer_the_latest_message_changes_nothing(string fault)
    {
        byte[] cookie = new byte[16];
        End.Tunnel.Initiate(_session.Peer, End.Now);
        byte[] initiation = End.Take().Single();
        if (fault == "answer to an earlier one")
        {
            End.Run(5_000 + Constants.RekeyTimeoutJitter);
            End.Take();
        }

        byte[] reply = fault == "another peer's"
            ? new StockPeer(TunnelEnd.PrivateKey(3)).ReplyWithCookie(initiation, cookie)
            : Stock.ReplyWithCookie(initiation, cookie);
        int flip = fault switch { "other index" => 5, "nonce" => 9, "cookie" => 33, "tag" => 63, _ => -1 };
        if (flip >= 0)
        {
            reply[flip] ^= 4;
        }

        if (fault == "twice")
        {
            _session.Receive(reply);
            End.Events.Clear();
        }

        _session.Receive(fault == "length" ? reply[..^1] : reply);
        Assert.Equal(fault == "none", End.Events.Any(e => e.What == NodeEvent.CookieReceived));
        Assert.Equal(fault == "none" ? 0 : 1, End.Counters.Invalid);
        End.Run(6_000);
        Assert.Equal(fault is "none" or "twice", StockPeer.HasMac2(End.Take().Last(), cookie));
    }

    [Fact]
    [Statement("4.6-4")]
    public void Unknown_keys_share_one_bucket_that_members_do_not_need()
    {
        NodeLimits limits = TunnelEnd.Limits();
        limits.Peers = 20;
        limits.Keypairs = 30;
        limits.SourceInterval = 2_000;
        limits.SourceBurst = 2;
        TunnelEnd end = new(1, limits) { AdmitsGuests = true };
        Assert.Equal(2, Knock(10, 5));
        end.Run(1_999);
        Assert.Equal(0, Knock(20, 5));
        StockPeer member = new(TunnelEnd.PrivateKey(30));
        end.Members.Add(member.Public);
        Assert.Equal(1, Knock(30, 1));
        end.Run(1);
        Assert.Equal(1, Knock(40, 5));

        // Each from an address of its own.
        int Knock(int first, int count)
        {
            for (int i = first; i < first + count; i++)
            {
                StockPeer stranger = new(TunnelEnd.PrivateKey((byte)i));
                end.Receive(stranger.Initiate(end.Public, StockPeer.Tai(1)), TunnelEnd.EndpointOf((byte)i));
            }

            return end.Take().Count(s => s[0] == 2);
        }
    }

    [Theory]
    [Statement("4.7-1", "4.7-2")]
    [InlineData(800, "2", "2")]
    [InlineData(1_000, "2", "2")]
    [InlineData(1_001, "", "2")]
    [InlineData(1_500, "", "2")]
    public void A_stranger_that_cannot_be_answered_within_4_s_is_when_it_knocks_again(
        int multiplication, string first, string second)
    {
        NodeLimits limits = TunnelEnd.Limits();
        limits.MultiplicationTime = multiplication;
        TunnelEnd end = new(1, limits) { AdmitsGuests = true };

        // So that there is a key made ahead.
        end.Run(1_000);
        StockPeer stranger = new(TunnelEnd.PrivateKey(9));
        Endpoint there = TunnelEnd.EndpointOf(9);
        end.Receive(stranger.Initiate(end.Public, StockPeer.Tai(1)), there);
        Assert.Equal(first, string.Concat(end.Take().Select(s => s[0])));
        Peer peer = end.Tunnel.Peers.Single(p => p.InUse);
        peer.IsProvisional = true;
        Assert.True(peer.HasStaticStatic);

        end.Run(4_999);
        Assert.Equal(first.Length == 0, peer.HasPair);
        end.Run(1);
        end.Receive(stranger.Initiate(end.Public, StockPeer.Tai(2)), there);
        byte[][] answer = end.Take();
        Assert.Equal(second, string.Concat(answer.Select(s => s[0])));
        Assert.True(stranger.TakeResponse(answer[0]));
        end.Receive(stranger.Seal([]), there);
        Assert.True(peer.HasSession(end.Now));

        // It is not made anew for one that has been answered.
        end.Run(10_000);
        Assert.False(peer.HasPair);
    }

    private static NodeLimits Limits()
    {
        NodeLimits limits = TunnelEnd.Limits();
        limits.HandshakeInterval = Interval;
        limits.HandshakeBacklog = Backlog;
        limits.SourceInterval = 50;
        limits.SourceBurst = 5;
        return limits;
    }

    // Each with a newer timestamp, and far enough from the one before.
    private byte[] Initiation()
    {
        _session.Peer.InitiationConsumedAt = -1;
        return Stock.Initiate(End.Public, StockPeer.Tai(_stockTime++));
    }

    // The types of what a message is answered with, which can be taken afterwards.
    private string Answer(byte[] message, Endpoint? source = null)
    {
        End.Take();
        End.Receive(message, source ?? _session.There);
        return Said();
    }

    // Under load: the cookie that the peer is sent at an address, which it uses from now on.
    private byte[] AskForCookie(Endpoint source)
    {
        Stock.Cookie = null;
        Assert.Equal("3", Answer(Initiation(), source));
        Assert.True(Stock.TakeCookieReply(End.Take().Single()));
        return Stock.Cookie!;
    }

    private void UseDevice()
    {
        // Without the limits of unknown sources.
        NodeLimits limits = NodeLimits.Device();
        limits.MultiplicationTime = 0;
        _session = new TunnelSession(limits: limits);

        // So that what is made while idle is there.
        End.Run(1_000);
    }

    private string Said() => string.Concat(End.Sent.Select(s => s.Bytes[0] == 4 ? 0 : s.Bytes[0]));

    // Two messages at once of somebody else.
    private void Overload()
    {
        StockPeer stranger = new(TunnelEnd.PrivateKey(20));
        for (int i = 0; i < 3; i++)
        {
            End.Receive(stranger.Initiate(End.Public, StockPeer.Tai(1)), TunnelEnd.EndpointOf(20));
        }

        End.Take();
    }
}
