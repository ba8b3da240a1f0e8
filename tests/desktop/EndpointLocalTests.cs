using Spore.Base;
using Xunit;

namespace Spore.Tests;

/// <summary>The source address that an endpoint carries is no part of its value.</summary>
public class EndpointLocalTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(65535, 0)]
    [InlineData(65535, int.MaxValue)]
    [InlineData(0, int.MaxValue)]
    public void It_leaves_the_value_as_it_is(int local, int zone)
    {
        Endpoint endpoint = Make(zone);
        endpoint.SetLocal(local);
        Assert.Equal((local, 51820, zone), (endpoint.Local, endpoint.Port, endpoint.Zone));
        Assert.True(endpoint.IsSame(Make(zone)) && Make(zone).IsSame(endpoint));
        endpoint.SetLocal(7);
        Assert.Equal((7, 51820, zone), (endpoint.Local, endpoint.Port, endpoint.Zone));
    }

    [Fact]
    public void Endpoints_that_differ_are_not_the_same_for_it()
    {
        Endpoint other = Make(3);
        other.SetLocal(1);
        Endpoint endpoint = Make(4);
        endpoint.SetLocal(1);
        Assert.False(endpoint.IsSame(other));
    }

    [Fact]
    public void A_copy_takes_it_and_another_value_forgets_it()
    {
        Endpoint endpoint = Make(0);
        endpoint.SetLocal(9);
        Endpoint copy = Make(5);
        copy.CopyFrom(endpoint);
        Assert.Equal(9, copy.Local);
        copy.Set(1, 2, 3, 4);
        Assert.Equal(0, copy.Local);
        endpoint.Clear();
        Assert.False(endpoint.IsKnown);
    }

    private static Endpoint Make(int zone)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv6([0xFE, 0x80, .. new byte[13], 1], 0, 51820, zone);
        return endpoint;
    }
}
