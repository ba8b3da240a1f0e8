using System;
using System.Linq;
using Spore.Base;
using Spore.Hostsim.Live.Datagrams;
using Spore.Tests.Crypto;
using Xunit;

namespace Spore.Tests.Hostsim;

public class DatagramBatchTests
{
    private static readonly Endpoint _here = Place(1);
    private static readonly Endpoint _there = Place(2);

    [Fact]
    public void Datagrams_of_one_length_to_one_place_make_a_run_that_a_shorter_one_ends()
    {
        DatagramBatch batch = new();
        int[] lengths = [1452, 1452, 1452, 100, 100, 200, 200, 0, 0, 50];
        byte[][] datagrams = [.. lengths.Select((l, i) => Bytes.Random(i, l))];
        Assert.All(datagrams, d => Assert.True(batch.Add(d, _here)));

        // No run begins or ends with an empty one: it could not be told from none.
        Assert.Equal([4, 1, 2, 1, 1, 1], Enumerable.Range(0, batch.Count).Select(i => batch.RunAt(i).Count));
        Assert.Equal(datagrams, Enumerable.Range(0, batch.Count).SelectMany(i => Datagrams(batch, i)));
    }

    [Fact]
    public void Another_place_is_another_run()
    {
        DatagramBatch batch = new();
        foreach (Endpoint place in new[] { _here, _here, _there, _here })
        {
            Assert.True(batch.Add(new byte[10], place));
        }

        Assert.Equal([2, 1, 1], Enumerable.Range(0, batch.Count).Select(i => batch.RunAt(i).Count));
        Assert.True(
            batch.EndpointAt(0).IsSame(_here)
            && batch.EndpointAt(1).IsSame(_there)
            && batch.EndpointAt(2).IsSame(_here));
    }

    [Fact]
    public void Another_source_address_is_another_run()
    {
        DatagramBatch batch = new();
        foreach (int local in new[] { 0, 1, 1, 2, 0 })
        {
            Endpoint endpoint = Place(1);
            endpoint.SetLocal(local);
            Assert.True(batch.Add(new byte[10], endpoint));
        }

        Assert.Equal([1, 2, 1, 1], Enumerable.Range(0, batch.Count).Select(i => batch.RunAt(i).Count));
        Assert.Equal([0, 1, 2, 0], Enumerable.Range(0, batch.Count).Select(i => batch.EndpointAt(i).Local));
    }

    [Theory]
    [InlineData(100, 64)]
    [InlineData(1452, 45)]
    [InlineData(40000, 1)]
    public void A_run_is_no_longer_than_the_system_takes(int length, int count)
    {
        DatagramBatch batch = new();
        while (batch.Add(new byte[length], _here) && batch.Count < 3)
        {
        }

        Assert.Equal(count, batch.RunAt(0).Count);
    }

    [Fact]
    public void A_full_batch_takes_no_more_until_it_is_empty()
    {
        DatagramBatch batch = new();
        Assert.True(batch.Add(new byte[65535], _here));
        Assert.True(batch.Add(new byte[65535], _here));
        Assert.False(batch.Add(new byte[1], _here));
        batch.Clear();
        Assert.Equal(0, batch.Count);
        for (int i = 0; i < DatagramBatch.MaxRuns; i++)
        {
            Assert.True(batch.Add(new byte[1], i % 2 == 0 ? _here : _there));
        }

        Assert.False(batch.Add(new byte[1], _here));
    }

    private static byte[][] Datagrams(DatagramBatch batch, int run)
    {
        DatagramBatch.Run r = batch.RunAt(run);
        return [.. Enumerable.Range(0, r.Count)
            .Select(i => batch.Bytes.AsSpan(r.OffsetOf(i), r.LengthOf(i)).ToArray())];
    }

    private static Endpoint Place(byte number)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4([192, 0, 2, number], 0, 51820);
        return endpoint;
    }
}
