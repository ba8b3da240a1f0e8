extern alias fuzz;

using System;
using System.Linq;
using fuzz::Spore.Fuzz;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Fuzz;

/// <summary>What tests/fuzz compares a node with, and puts it back to.</summary>
public class ImageTests
{
    private readonly World _world = fuzz::Spore.Fuzz.States.All.Single(
        s => s.Name == "in session, the others initiated").Make();
    private readonly Image _image;

    public ImageTests() => _image = new Image(_world);

    [Fact]
    public void It_tells_what_is_different_and_puts_it_back()
    {
        Peer peer = _world.Node.Peers.First(p => p.InUse);
        long heard = peer.LastHeard;
        Assert.Null(_image.Difference());
        peer.LastHeard++;
        Assert.Equal($"Peer.LastHeard is {heard + 1}, was {heard}", _image.Difference());
        _image.Restore();
        Assert.Equal(heard, peer.LastHeard);

        byte[] keys = peer.Keypairs.Bytes;
        keys[40] ^= 1;
        Assert.StartsWith($"Byte[] of {keys.Length}: [40] is", _image.Difference());
        _image.Restore();
        Assert.Null(_image.Difference());

        _world.Node.Peers[0] = _world.Node.Peers[1];
        Assert.StartsWith("Peer[] of", _image.Difference());
        _image.Restore();
        Assert.Null(_image.Difference());
    }

    [Fact]
    public void A_node_that_was_put_back_goes_on_as_it_did()
    {
        string first = Go();
        _image.Restore();
        Assert.Equal(first, Go());

        string Go()
        {
            Assert.True(_world.Ping(World.Member));
            Assert.True(_world.Connect(World.Guest));
            _world.Advance(125_000);
            return Convert.ToHexString(_world.Around.Sent(_world.Around.SentCount - 1));
        }
    }

    [Fact]
    public void What_was_saved_is_what_it_is_compared_with()
    {
        _world.Advance(60_000);
        Assert.NotNull(_image.Difference());
        _image.Save();
        Assert.Null(_image.Difference());
    }
}
