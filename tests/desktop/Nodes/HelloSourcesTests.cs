using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Discovery;
using Xunit;

namespace Spore.Tests.Nodes;

public class HelloSourcesTests
{
    private const int Count = 3;

    private readonly HelloSources _sources = new(Count);

    [Theory]
    [Statement("5.2-1")]
    [InlineData("192.0.2.1", 0, "192.0.2.1", 0, true)]
    [InlineData("192.0.2.1", 0, "192.0.2.2", 0, false)]
    [InlineData("2001:db8::1", 0, "2001:db8::2", 0, true)]
    [InlineData("2001:db8::1", 0, "2001:db8:0:1::1", 0, false)]
    [InlineData("fe80::1", 1, "fe80::1", 1, true)]
    [InlineData("fe80::1", 1, "fe80::2", 1, false)]
    [InlineData("fe80::1", 1, "fe80::1", 2, false)]
    [InlineData("192.0.2.1", 0, "::1", 0, false)]
    public void A_source_is_an_IPv4_address_a_64_or_a_link_local_address_with_its_zone(
        string first, int firstZone, string second, int secondZone, bool isSame)
    {
        Endpoint one = At(first, 1, firstZone);
        Endpoint other = At(second, 2, secondZone);
        _sources.Hear(one, Key(1), 0, 7, 0, 0, HelloSources.Never, 1);
        Assert.Equal(isSame, _sources.Has(other, 7));
        Assert.Equal(isSame, RateLimiter.KeyOf(one) == RateLimiter.KeyOf(other));
    }

    [Fact]
    [Statement("5.3-9")]
    public void Sources_are_asked_in_turn_whatever_they_say()
    {
        List<int> asked = [];
        for (int round = 0; round < 3; round++)
        {
            // The first one never stops, and the others say something once in a round.
            Hear(1, due: 0);
            Hear(2, due: 0);
            Hear(3, due: 0);
            for (int i = 0; i < Count; i++)
            {
                Hear(1, due: 0);
                asked.Add(Ask());
            }
        }

        Assert.Equal([1, 2, 3, 1, 2, 3, 1, 2, 3], asked);
    }

    [Fact]
    [Statement("5.3-11")]
    public void Of_sources_that_all_wait_the_last_in_turn_gives_way()
    {
        for (int i = 1; i <= 9; i++)
        {
            Hear(i, due: 0);
        }

        Assert.Equal([1, 2, 9], new[] { Ask(), Ask(), Ask() });
    }

    [Fact]
    [Statement("5.3-11")]
    public void A_source_that_waits_for_nothing_gives_way_before_one_that_waits()
    {
        Hear(1, due: HelloSources.Never);
        Hear(2, due: 0);
        Hear(3, due: 0);
        Hear(4, due: 0);
        Hear(5, due: 0);
        Assert.Equal([2, 3, 5], new[] { Ask(), Ask(), Ask() });
    }

    [Fact]
    [Statement("5.2-5")]
    public void Hints_are_found_by_key_the_named_one_first_and_for_10_minutes()
    {
        Assert.Equal(-1, _sources.FindHint(Key(1), 0, null, true, 0));
        _sources.Hear(At("192.0.2.1"), Key(1), 0, 1, 5, 0, HelloSources.Never, 0);
        Assert.Equal("192.0.2.1", Hint(599_999));
        _sources.Hear(At("192.0.2.2"), Key(1), 0, 1, 5, HelloSources.Named, HelloSources.Never, 100_000);
        Assert.Equal("192.0.2.2", Hint(599_999));
        Assert.Equal("192.0.2.2", Hint(699_999));
        Assert.Null(Hint(700_000));
        _sources.Hear(At("192.0.2.3"), Key(1), 0, 0, 0, HelloSources.Stale, 0, 700_000);
        Assert.Null(Hint(700_000));
    }

    [Fact]
    [Statement("4.5-4a")]
    public void A_hint_is_of_the_wanted_kind_else_the_first_in_the_order_and_not_where_the_peer_is()
    {
        _sources.Hear(At("192.0.2.1"), Key(1), 0, 1, 5, 0, HelloSources.Never, 0);
        _sources.Hear(At("192.0.2.2"), Key(1), 0, 1, 5, HelloSources.Named, HelloSources.Never, 0);
        _sources.Hear(At("192.0.2.3"), Key(1), 0, 1, 5, HelloSources.Named, HelloSources.Never, 0);
        Endpoint known = At("192.0.2.2");
        Assert.Equal("192.0.2.3", Hint(0, known));
        Assert.Equal("192.0.2.1", Hint(0, known, isNamed: false));
        _sources.Asked(_sources.FindHint(Key(1), 0, null, true, 0));
        Assert.Equal("192.0.2.3", Hint(0));
        Assert.Equal("192.0.2.1", Hint(0, isNamed: false));
    }

    [Fact]
    [Statement("5.3-6a")]
    public void A_source_is_confirmed_where_the_key_of_its_hello_was_at_its_very_endpoint()
    {
        _sources.Hear(At("192.0.2.1"), Key(1), 0, 1, 5, 0, HelloSources.Never, 0);
        int index = _sources.FindHint(Key(1), 0, null, true, 0);
        _sources.Confirm(At("192.0.2.1", 9), Key(1), 0);
        _sources.Confirm(At("192.0.2.1"), Key(2), 0);
        Assert.False(_sources.Is(index, HelloSources.Confirmed));
        _sources.Confirm(At("192.0.2.1"), Key(1), 0);
        Assert.True(_sources.Is(index, HelloSources.Confirmed));
    }

    [Fact]
    [Statement("4.5-4c")]
    public void A_hint_is_wanted_until_it_was_asked_or_its_plan_is_dropped()
    {
        _sources.Hear(At("192.0.2.1"), Key(1), 0, 1, 5, 0, HelloSources.Never, 0);
        int index = _sources.FindHint(Key(1), 0, null, true, 0);
        _sources.Want(index, 1_000);
        Assert.Equal(1_000, _sources.NextDue(0, 0));
        _sources.SetDue(index, 9_000);
        _sources.Want(index, 5_000);
        _sources.Want(index, 7_000);
        Assert.Equal(5_000, _sources.NextDue(0, 0));

        // Later hellos of that key and source change nothing.
        _sources.Hear(At("192.0.2.1"), Key(1), 0, 2, 5, 0, HelloSources.Never, 1);
        Assert.True(_sources.Is(index, HelloSources.Wanted));
        _sources.Asked(index);
        Assert.False(_sources.Is(index, HelloSources.Wanted));
        _sources.Want(index, 0);
        _sources.SetDue(index, HelloSources.Never);
        Assert.False(_sources.Is(index, HelloSources.Wanted));
    }

    [Fact]
    [Statement("5.3-3a")]
    public void A_source_that_is_not_named_waits_once_while_a_named_one_of_its_key_waits()
    {
        _sources.Hear(At("192.0.2.1"), Key(1), 0, 1, 5, 0, 10, 0);
        _sources.Hear(At("192.0.2.2"), Key(2), 0, 1, 5, HelloSources.Named, 10, 0);
        int unnamed = _sources.FindHint(Key(1), 0, null, false, 0);
        Assert.False(_sources.GivesWay(unnamed));
        _sources.Hear(At("192.0.2.3"), Key(1), 0, 1, 5, HelloSources.Named, 10, 0);
        Assert.True(_sources.GivesWay(unnamed));
        Assert.False(_sources.GivesWay(unnamed));

        // Later hellos of that source change nothing while it waits, and being asked does.
        _sources.Hear(At("192.0.2.1"), Key(1), 0, 2, 5, 0, 10, 1);
        Assert.False(_sources.GivesWay(unnamed));
        _sources.Asked(unnamed);
        Assert.True(_sources.GivesWay(unnamed));
        _sources.SetDue(unnamed, HelloSources.Never);
        Assert.True(_sources.GivesWay(unnamed));
        _sources.SetDue(_sources.FindHint(Key(1), 0, null, true, 0), HelloSources.Never);
        _sources.SetDue(unnamed, HelloSources.Never);
        Assert.False(_sources.GivesWay(unnamed));
    }

    [Fact]
    [Statement("5.3-10")]
    public void A_later_hello_of_a_key_puts_off_nothing_and_brings_back_no_session()
    {
        _sources.Hear(At("192.0.2.1"), Key(1), 0, 1, 0, HelloSources.Rebooted, 2_000, 1_000);
        _sources.Hear(At("192.0.2.1", 9), Key(1), 0, 2, 5, 0, 3_000, 1_500);
        int index = _sources.Next(2_000, false);
        Assert.True(index >= 0 && _sources.Is(index, HelloSources.Rebooted));
        Assert.Equal((1_000, 5UL, 2UL), (_sources.HeardAt(index), _sources.Version(index), _sources.NonceOf(index)));

        // But that of another one takes its place whole.
        _sources.Hear(At("192.0.2.1"), Key(2), 0, 3, 5, 0, 3_000, 1_600);
        Assert.Equal(-1, _sources.Next(2_999, false));
        Assert.False(_sources.Is(_sources.Next(3_000, false), HelloSources.Rebooted));
    }

    [Fact]
    public void The_next_time_is_that_of_the_source_or_of_the_budget_for_its_kind()
    {
        Assert.Equal(HelloSources.Never, _sources.NextDue(0, 0));
        _sources.Hear(At("192.0.2.1"), Key(1), 0, 1, 0, HelloSources.Named, 50, 0);
        _sources.Hear(At("192.0.2.2"), Key(2), 0, 2, 0, 0, 20, 0);
        Assert.Equal(20, _sources.NextDue(0, 0));
        Assert.Equal(50, _sources.NextDue(0, 60));
        Assert.Equal(60, _sources.NextDue(70, 60));
        Assert.Equal(-1, _sources.Next(20, true));
        _sources.Hasten(10);
        Assert.Equal(10, _sources.NextDue(0, 0));
        Assert.True(_sources.Next(10, true) >= 0);
    }

    [Fact]
    public void A_changed_link_brings_forward_what_waits_and_makes_no_hint_wait()
    {
        Hear(1, due: HelloSources.Never);
        Hear(2, due: 50);
        Hear(3, due: 5);
        _sources.Hasten(10);
        Assert.Equal(-1, _sources.Next(4, false));
        Assert.Equal([3, 2], new[] { Ask(5), Ask(10) });
        Assert.Equal(HelloSources.Never, _sources.NextDue(0, 0));
    }

    [Fact]
    public void An_endpoint_is_kept_with_its_zone_and_the_address_that_it_sent_to()
    {
        Endpoint source = At("fe80::1", 9, 70_000);
        source.SetLocal(40_000);
        _sources.Hear(source, Key(1), 0, 1, 0, 0, 0, 1);
        Endpoint kept = new();
        _sources.CopyEndpoint(_sources.Next(1, false), kept);
        Assert.True(kept.IsSame(source));
        Assert.Equal(40_000, kept.Local);
    }

    private static Endpoint At(string address, int port = 51820, int zone = 0)
    {
        Endpoint endpoint = new();
        byte[] bytes = System.Net.IPAddress.Parse(address).GetAddressBytes();
        if (bytes.Length == 4)
        {
            endpoint.SetIpv4(bytes, 0, port);
        }
        else
        {
            endpoint.SetIpv6(bytes, 0, port, zone);
        }

        return endpoint;
    }

    private static byte[] Key(int number) => [.. Enumerable.Repeat((byte)number, 32)];

    private void Hear(int source, long due) =>
        _sources.Hear(At($"192.0.2.{source}"), Key(source), 0, (ulong)source, 0, 0, due, 1);

    // Asks the next one, and says which it is.
    private int Ask(long now = 1)
    {
        int index = _sources.Next(now, false);
        Assert.True(index >= 0);
        _sources.Asked(index);
        return _sources.Keys[HelloSources.KeyOffset(index)];
    }

    private string? Hint(long now, Endpoint? known = null, bool isNamed = true)
    {
        int index = _sources.FindHint(Key(1), 0, known, isNamed, now);
        Endpoint endpoint = new();
        if (index >= 0)
        {
            _sources.CopyEndpoint(index, endpoint);
        }

        return index < 0 ? null : string.Join('.', endpoint.AddressBytes()[12..]);
    }
}
