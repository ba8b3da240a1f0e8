using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.Base;
using Spore.Discovery;
using Xunit;

namespace Spore.Tests.Nodes;

public class NeighboursTests
{
    private const int Count = 4;

    [Fact]
    public void It_agrees_with_a_list_in_order_of_hearing()
    {
        Gen<(int Key, int Version, int Action)> step = Gen.Select(Gen.Int[1, 6], Gen.Int[0, 2], Gen.Int[0, 4]);
        step.Array[1, 80].Sample(steps =>
        {
            Neighbours neighbours = new(Count);
            List<Heard> model = [];
            long now = 1_000;
            foreach ((int key, int version, int action) in steps)
            {
                now += 10;
                if (action <= 2)
                {
                    Heard heard = model.Find(h => h.Key == key) ?? new Heard(key);
                    model.Remove(heard);
                    model.Add(heard);
                    if (model.Count > Count)
                    {
                        model.Remove(model.SkipLast(1).FirstOrDefault(h => h.Due is null) ?? model[0]);
                    }

                    heard.Version = version;
                    heard.Port = (int)now;
                    heard.LostAt = version == 0 ? now : heard.LostAt;
                    int place = neighbours.Hear(Key(key), 0, (ulong)version, From((int)now), now);
                    if (neighbours.IsPlanned(place) != (heard.Due is not null))
                    {
                        return false;
                    }

                    if (action > 0)
                    {
                        heard.Due = action == 1 ? now + (key * 10) : null;
                        neighbours.Plan(place, heard.Due ?? Neighbours.NoPlan);
                    }
                }
                else if (action == 3)
                {
                    int place = neighbours.TakeDue(now);
                    if (place < 0)
                    {
                        if (model.Any(h => h.Due <= now))
                        {
                            return false;
                        }
                    }
                    else
                    {
                        Heard? taken = model.Find(
                            h => Key(h.Key)
                                .AsSpan()
                                .SequenceEqual(neighbours.Keys.AsSpan(Neighbours.KeyOffset(place), 32)));
                        if (taken is null || taken.Due is null || taken.Due > now)
                        {
                            return false;
                        }

                        taken.Due = null;
                    }
                }

                if (neighbours.NextDue != (model.Min(h => h.Due) ?? Neighbours.NoPlan)
                    || !Enumerable.Range(1, 6).All(k => Matches(neighbours, model.Find(h => h.Key == k), k)))
                {
                    return false;
                }
            }

            return true;
        });
    }

    private static bool Matches(Neighbours neighbours, Heard? heard, int key)
    {
        int place = neighbours.Find([9, .. Key(key)], 1);
        return heard is null
            ? place < 0
            : place >= 0
                && neighbours.VersionAt(place) == (ulong)heard.Version
                && neighbours.EndpointAt(place).Port == heard.Port
                && neighbours.LostAt(place) == heard.LostAt;
    }

    private static byte[] Key(int key) => [.. Enumerable.Repeat((byte)key, 32)];

    private static Endpoint From(int port)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4([10, 0, 0, 1], 0, port);
        return endpoint;
    }

    private sealed class Heard(int key)
    {
        public int Key => key;

        public int Version { get; set; }

        public int Port { get; set; }

        public long? Due { get; set; }

        public long LostAt { get; set; } = long.MinValue;
    }
}
