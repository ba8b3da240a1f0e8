using Spore.Hostsim.Live.Metrics;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Requests by HTTP, as RFC 9112 has them.</summary>
public class MetricsRequestTests
{
    [Theory]
    [InlineData("GET /metrics HTTP/1.1|Host: localhost:9586|", 200)]
    [InlineData("GET /metrics HTTP/1.1|host:\tLOCALHOST |", 200)]
    [InlineData("GET /metrics HTTP/1.1|Accept: */*|Host: 127.0.0.1:9586|", 200)]
    [InlineData("GET /metrics HTTP/1.1|Host: [::1]:9586|", 200)]
    [InlineData("GET /metrics HTTP/1.1|Host: [::1]|", 200)]
    [InlineData("GET /metrics HTTP/1.0|", 200)]
    [InlineData("HEAD /metrics HTTP/1.1|Host: localhost|", 200)]
    [InlineData("GET /metrics?name=spore_sessions HTTP/1.1|Host: localhost|", 200)]
    [InlineData("GET http://localhost:9586/metrics HTTP/1.1|Host: evil.example|", 200)]
    [InlineData("GET http://evil.example/metrics HTTP/1.1|Host: localhost|", 421)]
    [InlineData("GET /metrics HTTP/1.1|Host: evil.example|", 421)]
    [InlineData("GET /metrics HTTP/1.1|Host: localhost.evil.example|", 421)]
    [InlineData("GET /metrics HTTP/1.1|Host: 127.0.0.1.evil.example|", 421)]
    [InlineData("GET /metrics HTTP/1.1|Host: 9586|", 421)]
    [InlineData("GET /metrics HTTP/1.1|Host:|", 421)]
    [InlineData("GET /metrics HTTP/1.1|Host: [evil.example]|", 421)]
    [InlineData("GET / HTTP/1.1|Host: localhost|", 404)]
    [InlineData("GET /metrics/ HTTP/1.1|Host: localhost|", 404)]
    [InlineData("GET /METRICS HTTP/1.1|Host: localhost|", 404)]
    [InlineData("GET http://localhost HTTP/1.1|Host: localhost|", 404)]
    [InlineData("OPTIONS * HTTP/1.1|Host: localhost|", 405)]
    [InlineData("POST /metrics HTTP/1.1|Host: localhost|", 405)]
    [InlineData("get /metrics HTTP/1.1|Host: localhost|", 405)]
    [InlineData("GET /metrics HTTP/1.1|", 400)]
    [InlineData("GET /metrics HTTP/1.1|Host: localhost|Host: localhost|", 400)]
    [InlineData("GET /metrics|", 400)]
    [InlineData("GET  /metrics HTTP/1.1|Host: localhost|", 400)]
    [InlineData("GET /metrics SMTP|Host: localhost|", 400)]
    [InlineData("|", 400)]
    [InlineData("PRI * HTTP/2.0|", 505)]
    public void What_is_answered_on_a_loopback_address(string head, int status) =>
        Assert.Equal(status, MetricsRequest.Parse(head.Replace("|", "\r\n"), true).Status);

    [Theory]
    [InlineData("GET /metrics HTTP/1.1|Host: shed.spore:9586|", 200)]
    [InlineData("GET /metrics HTTP/1.1|Host:|", 200)]
    [InlineData("GET /metrics HTTP/1.1|", 400)]
    public void Other_addresses_have_any_name(string head, int status) =>
        Assert.Equal(status, MetricsRequest.Parse(head.Replace("|", "\r\n"), false).Status);

    [Fact]
    public void Only_HEAD_wants_no_body()
    {
        Assert.False(MetricsRequest.Parse("HEAD / HTTP/1.0\r\n", true).WantsBody);
        Assert.True(MetricsRequest.Parse("GET / HTTP/1.0\r\n", true).WantsBody);
    }
}
