using System;
using System.IO;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// A preshared key on top of the handshake, given to our node by <c>--psk-file</c> and to the stock one by <c>wg</c>.
/// </summary>
public sealed class PresharedKeyTests : IDisposable
{
    private readonly Pair _pair = new();

    public void Dispose()
    {
        _pair.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_the_same_key_on_both_sides_there_is_a_session(bool stockInitiates)
    {
        string key = _pair.Lab.NewPresharedKey("key");
        SporeNode spore = Start(key, key, stockInitiates);

        Ping.AllAreAnswered(_pair.Stock, _pair.Self);
        Ping.IsAnswered(_pair.Ours, spore.Scoped(_pair.Stock.Self));
        Assert.True(_pair.Stock.HasHandshake(_pair.Self));
        Assert.DoesNotContain(spore.Program.Lines, line => line.Contains(File.ReadAllText(key).Trim()));
    }

    [Theory]
    [InlineData("one", "another", true)]
    [InlineData("one", "another", false)]
    [InlineData("one", null, true)]
    [InlineData("one", null, false)]
    [InlineData(null, "one", true)]
    [InlineData(null, "one", false)]
    public void With_different_keys_or_a_key_on_one_side_there_is_none(
        string? ours, string? theirs, bool stockInitiates)
    {
        SporeNode spore = Start(
            ours == null ? null : _pair.Lab.NewPresharedKey(ours),
            theirs == null ? null : _pair.Lab.NewPresharedKey(theirs),
            stockInitiates);

        if (!stockInitiates)
        {
            Wait.Until(
                () => _pair.Stock.Logged("Received handshake initiation"), "the stock node to hear an initiation");
        }

        // Without an endpoint the stock node has nowhere to ask; what it has, it answers at.
        Ping.IsNotAnswered(_pair.Stock.Machine, _pair.Stock.Scoped(_pair.Self));
        Ping.IsNotAnswered(_pair.Ours, spore.Scoped(_pair.Stock.Self));
        Assert.False(_pair.Stock.HasHandshake(_pair.Self));
        Assert.False(spore.Program.Wrote("session up"));
    }

    private SporeNode Start(string? ours, string? theirs, bool stockInitiates)
    {
        _pair.Stock.AddPeer(_pair.Self, stockInitiates ? Wire.Endpoint(1) : null);
        if (theirs != null)
        {
            _pair.Stock.Machine.Run(
                "wg", "set", _pair.Stock.Interface, "peer", _pair.Self.KeyText, "preshared-key", theirs).Demand();
        }

        string[] peer = stockInitiates ? ["--peer", _pair.Stock.Self.KeyText] : _pair.PeerOption;
        return _pair.Start(
            true, null, [.. peer, .. ours == null ? [] : new[] { "--psk-file", $"{_pair.Stock.Self.KeyText}={ours}" }]);
    }
}
