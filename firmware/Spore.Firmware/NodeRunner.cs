using System;
using System.Threading;

namespace Spore.Firmware;

/// <summary>Drives the node from one loop, and tells of it once a minute.</summary>
internal sealed class NodeRunner : INodeHost
{
    private const int KeySize = 32;
    private const int LargestDatagram = 1500;
    private const int LongestWait = 1000;
    private const int LinkCheckEvery = 1000;
    private const int ReportEvery = 60000;

    private readonly UdpTransport _transport = new UdpTransport();
    private readonly BackOff _backOff = new BackOff();
    private readonly Endpoint _source = new Endpoint();
    private readonly byte[] _buffer = new byte[LargestDatagram];
    private readonly DeviceEntropy _entropy;
    private readonly PlaceName _rendezvous;
    private readonly byte[] _soughtKey = new byte[KeySize];
    private readonly Endpoint _found = new Endpoint();
    private readonly Node _node;
    private long _linkDue;
    private long _reportDue;
    private bool _hasLink;

    // What the endpoint of the peer with the sought key is named; one at a time, the others are asked for again.
    private PlaceName _sought;

    /// <summary>Makes the node. The radio has to run: keys are made from now on.</summary>
    /// <param name="identity">The identity record.</param>
    /// <param name="rendezvous">The rendezvous record.</param>
    public NodeRunner(byte[] identity, byte[] rendezvous)
    {
        _entropy = new DeviceEntropy(identity);
        _rendezvous = new PlaceName(rendezvous, FlashRecords.RendezvousOffset, FlashRecords.RendezvousSize - FlashRecords.RendezvousOffset);
        _node = new Node(NodeLimits.Device(), identity, _transport, _entropy, this, FirmwareVersion.BuildTime, Environment.TickCount64);
        Log.Write(string.Concat("node ", Convert.ToBase64String(_node.PublicKey)));
    }

    /// <summary>Runs the node, for ever.</summary>
    public void Run()
    {
        while (true)
        {
            long now = Environment.TickCount64;
            if (_linkDue <= now || _transport.HasFailed)
            {
                CheckLink(now);
            }

            if (_node.NextDeadline <= now)
            {
                _node.Advance(now);
            }

            if (_reportDue <= now)
            {
                Report(now);
            }

            if (_sought != null)
            {
                FindEndpoint();
            }

            // Never past the next deadline. The clock moves in steps, so that what is due within one is waited for in full.
            now = Environment.TickCount64;
            long wait = Earliest(_node.NextDeadline, Earliest(_linkDue, Earliest(_reportDue, now + LongestWait))) - now;
            Wait(wait < 0 ? 0 : (int)wait);
        }
    }

    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        // There is no application yet.
        return false;
    }

    void INodeHost.Report(NodeEvent what, byte[] key, int keyOffset, long value)
    {
        switch (what)
        {
            case NodeEvent.SessionUp:
                Log.Write("session up");
                break;
            case NodeEvent.SessionDown:
                Log.Write("session down");
                break;
            case NodeEvent.NetworkApplied:
                Log.Write(string.Concat("network version ", value.ToString()));
                break;
            case NodeEvent.NetworkExpired:
                Log.Write("the network has expired");
                break;
            case NodeEvent.Behind:
                Log.Write(string.Concat("this node is not in network version ", value.ToString()));
                break;
            case NodeEvent.Equivocation:
                Log.Write("two networks with the same version: one is forged");
                break;
        }
    }

    void INodeHost.FindEndpoint(byte[] key, int keyOffset, byte[] name, int offset, int length)
    {
        if (_sought == null && name != null)
        {
            Array.Copy(key, keyOffset, _soughtKey, 0, KeySize);
            _sought = new PlaceName(name, offset, length);
        }
    }

    private static long Earliest(long a, long b)
    {
        return a < b ? a : b;
    }

    private void Wait(int milliseconds)
    {
        if (!_transport.IsOpen)
        {
            Thread.Sleep(milliseconds);
        }
        else if (_transport.Wait(milliseconds))
        {
            int length = _transport.Receive(_buffer, _source);
            if (length > 0)
            {
                _backOff.Reset();
                _entropy.Stir();
                _node.Receive(_buffer, 0, length, _source, Environment.TickCount64);
            }
        }
    }

    // The link or its address may go and come back, and a socket may fail: a new one is opened then, later and later.
    private void CheckLink(long now)
    {
        _linkDue = now + LinkCheckEvery;
        bool isReady = NetworkLink.IsReady();
        if (isReady != _hasLink)
        {
            _hasLink = isReady;
            _backOff.Reset();
            Log.Write(isReady ? string.Concat("link up, ", NetworkLink.Address()) : "link down");
        }

        if (_transport.HasFailed)
        {
            _transport.Close();
            TryLater(now, "the socket failed");
            return;
        }

        if (!isReady)
        {
            _transport.Close();
            return;
        }

        if (_transport.IsOpen)
        {
            return;
        }

        int error = _transport.Open();
        if (error != 0)
        {
            TryLater(now, string.Concat("no socket, error ", error.ToString()));
        }
        else if (_rendezvous.IsGiven && !_rendezvous.Resolve(_node.Rendezvous))
        {
            Log.Write("the rendezvous has no address");
        }
    }

    // Out of the node's calls, since a name server may take its time.
    private void FindEndpoint()
    {
        if (_sought.IsGiven && _sought.Resolve(_found))
        {
            _node.SetEndpoint(_soughtKey, 0, _found, Environment.TickCount64);
        }

        _sought = null;
    }

    private void TryLater(long now, string why)
    {
        int wait = _backOff.Fail();
        _linkDue = now + wait;
        Log.Write(string.Concat(why, "; again in ", (wait / 1000).ToString(), " s"));
    }

    private void Report(long now)
    {
        _reportDue = now + ReportEvery;
        string state = _node.NetworkVersion == 0 ? "no network"
            : _node.IsFresh(now) ? string.Concat("version ", _node.NetworkVersion.ToString(), ", fresh")
            : string.Concat("version ", _node.NetworkVersion.ToString(), ", unconfirmed");
        Log.Write(string.Concat(
            string.Concat("spore ", FirmwareVersion.Text, "; ", state),
            string.Concat("; sessions ", _node.SessionCount(now).ToString()),
            string.Concat("; free heap ", nanoFramework.Runtime.Native.GC.Run(false).ToString()),
            string.Concat("; up ", (now / 1000).ToString(), " s")));
    }
}
