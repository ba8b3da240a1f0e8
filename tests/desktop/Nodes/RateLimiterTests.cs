using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.Base;
using Xunit;

namespace Spore.Tests.Nodes;

public class RateLimiterTests
{
    private const int Interval = 500;
    private const int Burst = 5;

    [Fact]
    public void It_agrees_with_buckets_in_a_dictionary()
    {
        Gen.Select(Gen.Int[0, 3], Gen.Frequency((4, Gen.Int[0, 100]), (1, Gen.Int[0, 5_000]))).Array[1, 200]
            .Sample(steps =>
            {
                RateLimiter limiter = new(4, Interval, Burst);
                Dictionary<int, (double Tokens, long At)> model = [];
                long now = 0;
                foreach ((int source, int wait) in steps)
                {
                    now += wait;
                    (double tokens, long at) = model.GetValueOrDefault(source, (Burst, now));
                    tokens = Math.Min(Burst, tokens + ((now - at) / (double)Interval));
                    bool allowed = tokens > 0.9999;
                    model[source] = (allowed ? tokens - 1 : tokens, now);
                    if (limiter.Allow(RateLimiter.KeyOf(Address((byte)source)), now) != allowed)
                    {
                        return false;
                    }
                }

                return true;
            });
    }

    [Fact]
    public void A_full_table_forgets_the_source_that_has_most_tokens()
    {
        RateLimiter limiter = new(2, Interval, 2);
        Assert.True(limiter.Allow(RateLimiter.KeyOf(Address(1)), 0));
        Assert.True(limiter.Allow(RateLimiter.KeyOf(Address(1)), 0));
        Assert.True(limiter.Allow(RateLimiter.KeyOf(Address(2)), 1));
        Assert.True(limiter.Allow(RateLimiter.KeyOf(Address(3)), 2));
        Assert.False(limiter.Allow(RateLimiter.KeyOf(Address(1)), 3));
        Assert.True(limiter.Allow(RateLimiter.KeyOf(Address(2)), 4));
        Assert.True(limiter.Allow(RateLimiter.KeyOf(Address(2)), 4));
        Assert.False(limiter.Allow(RateLimiter.KeyOf(Address(2)), 4));
    }

    [Theory]
    [InlineData("20010DB8000000010000000000000001", "20010DB800000001FFFFFFFFFFFFFFFF", true)]
    [InlineData("20010DB8000000010000000000000001", "20010DB8000000020000000000000001", false)]
    [InlineData("00000000000000000000FFFF0A000001", "00000000000000000000FFFF0A000001", true)]
    [InlineData("00000000000000000000FFFF0A000001", "00000000000000000000FFFF0A000002", false)]
    [InlineData("00000000000000000000FFFF0A000001", "0000000000000000000000000A000001", false)]
    public void A_source_is_an_IPv4_address_or_the_64_bits_of_an_IPv6_one(string first, string second, bool same)
    {
        RateLimiter limiter = new(4, Interval, 1);
        Assert.True(limiter.Allow(RateLimiter.KeyOf(Raw(first, 1)), 0));
        Assert.Equal(!same, limiter.Allow(RateLimiter.KeyOf(Raw(second, 2)), 0));
    }

    [Fact]
    public void However_long_it_was_unused_a_bucket_is_only_full()
    {
        RateLimiter limiter = new(4, Interval, Burst);
        Assert.True(limiter.Allow(RateLimiter.KeyOf(Address(1)), 0));
        Assert.Equal(
            Burst, Enumerable.Range(0, 100).Count(_ => limiter.Allow(RateLimiter.KeyOf(Address(1)), 1L << 50)));
    }

    private static Endpoint Address(byte last) => Raw($"00000000000000000000FFFF0A0000{last:X2}", 1);

    private static Endpoint Raw(string address, int port)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv6(Convert.FromHexString(address), 0, port, 0);
        return endpoint;
    }
}
