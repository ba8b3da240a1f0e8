namespace Spore.Tests.Device;

/// <summary>Stations in one memory, and their time: each step is one datagram received or one set of timers.</summary>
internal sealed class Wire
{
    public const long BuildTime = 1750000000;

    /// <summary>What <see cref="Step"/> gives where timers fired: no type of a datagram.</summary>
    public const int Timers = 255;

    private const ulong AllOnes = 0xFFFFFFFF;

    private readonly Station[] _stations;

    public Wire(Station[] stations)
    {
        _stations = stations;
        for (int i = 0; i < stations.Length; i++)
        {
            stations[i].Wire = this;
        }
    }

    public const long Start = 1000;

    public long Now = Start;

    /// <summary>The station that did the last step.</summary>
    public int Actor;

    public void Run(long milliseconds)
    {
        long end = Now + milliseconds;
        while (Step(end) >= 0)
        {
        }
    }

    /// <summary>Does what comes next, up to a time.</summary>
    /// <returns>The type of the datagram received, <see cref="Timers"/>, or -1 where that time has come.</returns>
    public int Step(long end)
    {
        for (int i = 0; i < _stations.Length; i++)
        {
            if (_stations[i].HasDatagram)
            {
                int type = _stations[i].NextType;
                Actor = i;
                _stations[i].LastSent = -1;
                _stations[i].ReceiveNext(Now);
                return type;
            }
        }

        int first = 0;
        for (int i = 1; i < _stations.Length; i++)
        {
            if (_stations[i].Node.NextDeadline < _stations[first].Node.NextDeadline)
            {
                first = i;
            }
        }

        long due = _stations[first].Node.NextDeadline;
        if (due > end)
        {
            Now = end;
            return -1;
        }

        if (due > Now)
        {
            Now = due;
        }

        Actor = first;
        _stations[first].LastSent = -1;
        _stations[first].Node.Advance(Now);
        return Timers;
    }

    public void Carry(Station from, byte[] buffer, int offset, int length, Endpoint to)
    {
        bool broadcast = to.IsIpv4 && (to.AddressLow & AllOnes) == AllOnes;
        for (int i = 0; i < _stations.Length; i++)
        {
            if (_stations[i] != from && (broadcast || _stations[i].IsAt(to)))
            {
                _stations[i].Take(buffer, offset, length, from);
            }
        }
    }
}
