using System;
using System.Linq;
using System.Text;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public class FirmwareRecordsTests
{
    private static readonly byte[] _record = [.. Enumerable.Range(1, IdentityRecord.Size).Select(i => (byte)i)];

    private static Held Empty(string magic, int size) =>
        new([.. Encoding.ASCII.GetBytes(magic), .. new byte[size - magic.Length]]);

    [Fact]
    public void A_record_goes_where_size_and_magic_are_its_own_and_nowhere_else()
    {
        Held identity = Empty("SPOREID1", 84);
        Held rendezvous = Empty("SPORERV1", 72);
        Held[] others =
        [
            Empty("SPOREID1", 8), Empty("SPOREID1", 83), Empty("SPOREID1", 85), Empty("SPOREID2", 84), Empty("", 84),
            Empty("SPORERV1", 73),
        ];
        byte[][] before = [.. others.Select(o => o.Value)];
        Held[] all = [.. others, identity, rendezvous];
        FirmwareRecords.WriteIdentity(all, _record);
        FirmwareRecords.WriteRendezvous(all, "gate.example.org:51820");
        Assert.Equal(_record, identity.Value);
        Assert.Equal(
            "SPORERV1gate.example.org:51820" + new string('\0', 42), Encoding.ASCII.GetString(rendezvous.Value));
        Assert.Equal(before, others.Select(o => o.Value));
    }

    [Fact]
    public void No_place_and_two_places_are_told()
    {
        Held identity = Empty("SPOREID1", 84);
        Assert.Equal(
            "identity: the program has no array for it (84 bytes that begin with its magic)",
            Fault(() => FirmwareRecords.WriteIdentity([], _record)));
        Assert.Equal(
            "identity: the program has 2 arrays for it",
            Fault(() => FirmwareRecords.WriteIdentity([identity, Empty("SPOREID1", 84)], _record)));
        Assert.Equal(
            "rendezvous: the program has no array for it (72 bytes that begin with its magic)",
            Fault(() => FirmwareRecords.WriteRendezvous([identity], "a:1")));
        Assert.Equal(Empty("SPOREID1", 84).Value, identity.Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(83)]
    [InlineData(85)]
    public void A_record_of_another_size_is_refused(int size)
    {
        Assert.Equal(
            $"identity: has {size} bytes, and a record has 84",
            Fault(() => FirmwareRecords.WriteIdentity([Empty("SPOREID1", 84)], new byte[size])));
    }

    [Theory]
    [InlineData("192.0.2.1:51820")]
    [InlineData("gate.example.org:1")]
    public void A_rendezvous_is_read_as_it_was_written(string place) =>
        Assert.Equal(place, RendezvousRecord.Read(RendezvousRecord.Make(place)));

    [Fact]
    public void An_untouched_rendezvous_is_none() =>
        Assert.Equal("", RendezvousRecord.Read(Empty("SPORERV1", 72).Value));

    [Fact]
    public void A_rendezvous_fills_its_record_and_no_more()
    {
        string host = string.Concat(Enumerable.Repeat("abcdefghi.", 6)) + "x";
        string place = $"{host}:99";
        Assert.Equal(64, place.Length);
        Assert.Equal(place, RendezvousRecord.Read(RendezvousRecord.Make(place)));
        Assert.Equal(
            "rendezvous: has 65 characters, and there is room for 64",
            Fault(() => RendezvousRecord.Make($"{host}:999")));
    }

    [Theory]
    [InlineData("gate.example.org", "rendezvous: 'gate.example.org' is not host:port, address:port or [IPv6]:port")]
    [InlineData("gate:0", "rendezvous: 'gate:0' has no port from 1 to 65535 without leading zeros")]
    [InlineData(
        "[2001:db8::1]:51820", "rendezvous: '[2001:db8::1]:51820' is an IPv6 address, and a board reaches only IPv4")]
    public void What_is_no_place_for_a_board_is_told(string place, string fault) =>
        Assert.Equal(fault, Fault(() => RendezvousRecord.Make(place)));

    private static string Fault(Action action) => Assert.Throws<InputException>(action).Message;

    private sealed class Held(byte[] value) : ConstantArray
    {
        private byte[] _value = value;

        public override byte[] Value => _value;

        public override void Replace(byte[] value) => _value = value;
    }
}
