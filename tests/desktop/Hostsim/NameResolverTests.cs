using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Base;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live.Names;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>What the machine's resolver answers, and how long it takes.</summary>
public class NameResolverTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly PeerEndpoint _gateway = new(null, "gate.example", 51820);

    [Theory]
    [InlineData(true, true, "[2001:db8::1]:51820 192.0.2.1:51820 192.0.2.2:51820")]
    [InlineData(true, false, "192.0.2.1:51820 192.0.2.2:51820")]
    [InlineData(false, true, "[2001:db8::1]:51820")]
    public void Addresses_without_a_socket_are_passed_over(bool hasIpv4, bool hasIpv6, string expected)
    {
        NameResolver resolver = Resolver(
            hasIpv4, hasIpv6, "2001:db8::1", "0.0.0.0", "192.0.2.1", "::ffff:192.0.2.2", "ff02::1");
        IReadOnlyList<Endpoint> found = resolver.Find(_gateway, out string? fault);
        Assert.Equal(expected, string.Join(' ', found.Select(EndpointAddress.Of)));
        Assert.Null(fault);
    }

    [Theory]
    [InlineData(false, true, "no usable address found (this node has no IPv4 socket for 192.0.2.1)", "192.0.2.1")]
    [InlineData(true, false, "no usable address found (this node has no IPv6 socket for ::1)", "::1")]
    [InlineData(
        true,
        true,
        "no usable address found ('0.0.0.0:51820' has an unspecified address; give the address of one machine)",
        "0.0.0.0")]
    [InlineData(true, true, "no usable address found (the name has none)")]
    public void Without_a_usable_address_there_is_one_reason(
        bool hasIpv4, bool hasIpv6, string expected, params string[] answer)
    {
        Assert.Empty(Resolver(hasIpv4, hasIpv6, answer).Find(_gateway, out string? fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void A_failure_of_the_resolver_is_a_reason_too()
    {
        NameResolver resolver = new(true, true, _ => throw new SocketException((int)SocketError.TryAgain));
        Assert.Empty(resolver.Find(_gateway, out string? fault));
        Assert.StartsWith("no address found (", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_machines_resolver_is_asked()
    {
        NameResolver resolver = new(true, true);
        IReadOnlyList<Endpoint> found = resolver.Find(new PeerEndpoint(null, "localhost", 7), out string? fault);
        Assert.Null(fault);
        Assert.All(found, f => Assert.True(IPAddress.IsLoopback(EndpointAddress.Of(f).Address) && f.Port == 7));
        Assert.NotEmpty(found);
        Assert.Empty(resolver.Find(new PeerEndpoint(null, new string('a', 300), 1), out fault));
        Assert.NotNull(fault);
        Assert.Empty(resolver.Find(new PeerEndpoint(null, "no-such-host.invalid", 1), out fault));
        Assert.StartsWith("no address found (", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_hang_delay_no_other_and_not_the_thread_pool()
    {
        using ManualResetEventSlim stop = new();
        using CountdownEvent hanging = new(100);
        using ManualResetEventSlim good = new();
        NameResolver resolver = new(true, true, name =>
        {
            if (name != "good.example")
            {
                hanging.Signal();
                stop.Wait(_patience);
            }

            return [IPAddress.Loopback];
        });
        for (int i = 0; i < hanging.InitialCount; i++)
        {
            resolver.Begin(new PeerEndpoint(null, $"bad{i}.example", 1), (_, _) => { });
        }

        Assert.True(hanging.Wait(_patience, TestContext.Current.CancellationToken));
        resolver.Begin(new PeerEndpoint(null, "good.example", 1), (_, _) => good.Set());
        Assert.True(good.Wait(_patience, TestContext.Current.CancellationToken));
        Assert.False(stop.IsSet);
        stop.Set();
    }

    private static NameResolver Resolver(bool hasIpv4, bool hasIpv6, params string[] answer) =>
        new(hasIpv4, hasIpv6, _ => [.. answer.Select(IPAddress.Parse)]);
}
