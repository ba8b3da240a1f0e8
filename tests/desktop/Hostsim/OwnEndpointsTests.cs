using System.Linq;
using System.Net;
using Spore.Hostsim.Live.Datagrams;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Which of a machine's addresses its hellos list.</summary>
public class OwnEndpointsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("127.0.0.1 ::1 192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4", "192.0.2.1 192.0.2.2 192.0.2.3")]
    [InlineData("2001:db8::1 fe80::1 192.0.2.1", "192.0.2.1 fe80::1 2001:db8::1")]
    [InlineData("192.0.2.1 fe80::1 fe80::2 2001:db8::1 2001:db8::2", "192.0.2.1 fe80::1 2001:db8::1")]
    [InlineData("fe80::1 fe80::2 192.0.2.1 192.0.2.2", "192.0.2.1 fe80::1 192.0.2.2")]
    public void One_of_each_kind_comes_first(string addresses, string chosen)
    {
        IPAddress[] own =
            [.. addresses.Split(' ', System.StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];
        IPEndPoint[] endpoints = [.. OwnEndpoints.Choose(own, 7, 3)];
        Assert.Equal(chosen, string.Join(' ', endpoints.Select(e => e.Address)));
        Assert.All(endpoints, e => Assert.Equal(7, e.Port));
    }
}
