using System;
using System.Text;
using System.Threading;
using Spore.Base;
using Spore.Crypto;
using Spore.Mesh;
using Spore.Net;
using Spore.Services;
using Spore.SignedNetwork;
using nanoFramework.Runtime.Native;

namespace Spore.Firmware;

/// <summary>
/// The node of this board: drives it from one loop, tells of it once a minute, and lends it to an
/// application's sockets.
/// </summary>
public sealed class SporeNode : INodeHost
{
    private const int KeySize = 32;
    private const int LargestDatagram = 1500;
    private const int LongestWait = 1000;
    private const int LinkCheckEvery = 500;
    private const int ReportEvery = 60000;
    private const int LinkPoll = 500;
    private const long ResolveEvery = 1800000;
    private const int RestartAfter = 5000;
    private const int MaxSockets = 4;
    private const int LargestRequest = 512;

    // As many as take as long as the self-test, which so tells how fast the board is.
    private const int MultiplicationsOfSelfTest = 5;

    /// <summary>Held by whoever uses the node; not while the loop waits.</summary>
    internal readonly object Gate = new object();

    private readonly Supervisor _supervisor;
    private readonly SporeSocket[] _sockets = new SporeSocket[MaxSockets];
    private readonly EntryField _field = new EntryField();
    private readonly UdpTransport _transport = new UdpTransport();
    private readonly BackOff _backOff = new BackOff();
    private readonly Endpoint _source = new Endpoint();
    private readonly Endpoint _own = new Endpoint();
    private readonly byte[] _buffer = new byte[LargestDatagram];
    private readonly DeviceEntropy _entropy;
    private readonly PlaceName _rendezvous;
    private readonly byte[] _soughtKey = new byte[KeySize];
    private readonly Endpoint _found = new Endpoint();
    private readonly Node _node;
    private readonly BackOff _nameBackOff = new BackOff();
    private long _nameServerDue;
    private long _rendezvousDue;
    private long _linkDue;
    private long _reportDue;
    private bool _hasLink;
    private bool _haveFieldsChanged;
    private VendorFieldsChangedEventHandler _fieldsChanged;

    // What the endpoint of the peer with the sought key is named; one at a time, the others are asked for again.
    private PlaceName _sought;

    // The radio has to run: keys are made from now on.
    private SporeNode(Supervisor supervisor, int multiplication, byte[] identity, byte[] rendezvous)
    {
        _supervisor = supervisor;
        _entropy = new DeviceEntropy(identity);
        _rendezvous = new PlaceName(
            rendezvous, FlashRecords.RendezvousOffset, FlashRecords.RendezvousSize - FlashRecords.RendezvousOffset);
        NodeLimits limits = NodeLimits.Device();
        limits.MultiplicationTime = multiplication;
        _node = new Node(
            limits, identity, _transport, _entropy, this, FirmwareVersion.BuildTime, Environment.TickCount64);
        _node.FirmwareVersion = FirmwareVersion.Text;
        Log.Write(string.Concat("node ", Convert.ToBase64String(_node.PublicKey)));
    }

    /// <summary>The node itself; to be used under <see cref="Gate"/>.</summary>
    internal Node Core
    {
        get { return _node; }
    }

    /// <summary>
    /// Raised when a network was applied that differs from the one before it in vendor fields, of this node's entry or
    /// of another one; for the first network, when it has any. Handlers run on the node's thread and must not wait.
    /// </summary>
    public event VendorFieldsChangedEventHandler VendorFieldsChanged
    {
        add
        {
            lock (Gate)
            {
                _fieldsChanged += value;
            }
        }

        remove
        {
            lock (Gate)
            {
                _fieldsChanged -= value;
            }
        }
    }

    /// <summary>
    /// From power to a node: the identity, the self-test, the network. Tells on the serial log and the
    /// LED what is in the way.
    /// </summary>
    /// <returns>The node, or null where the flash or the chip makes none.</returns>
    public static SporeNode Boot()
    {
        Log.Write(string.Concat("spore ", FirmwareVersion.Text));
        Supervisor supervisor = new Supervisor();
        IdentityFault fault = IdentityRecord.Check(FlashRecords.Identity, 0, FlashRecords.Identity.Length);
        long start = Environment.TickCount64;
        string stopped = fault != IdentityFault.None ? Describe(fault) : SelfTest.Run();
        int multiplication = (int)((Environment.TickCount64 - start) / MultiplicationsOfSelfTest);
        if (stopped != null)
        {
            Log.Write(string.Concat(
                fault != IdentityFault.None ? "stopped: " : "stopped: the self-test failed at ", stopped));
            supervisor.Led.Pattern = StatusLed.Trouble;
            supervisor.Stop();
            return null;
        }

        try
        {
            supervisor.Led.Pattern = StatusLed.Trouble;
            Log.Write("waiting for the network");
            while (!NetworkLink.IsReady())
            {
                supervisor.ComeRound();
                Thread.Sleep(LinkPoll);
            }

            return new SporeNode(supervisor, multiplication, FlashRecords.Identity, FlashRecords.Rendezvous);
        }
        catch (Exception e)
        {
            Restart(e);
            return null;
        }
    }

    /// <summary>Runs the node on the caller's thread, for ever.</summary>
    public void Run()
    {
        try
        {
            while (true)
            {
                _supervisor.ComeRound();
                GoRound();
            }
        }
        catch (Exception e)
        {
            Restart(e);
        }
    }

    /// <summary>Runs the node on a thread of its own, for ever.</summary>
    public void Start()
    {
        new Thread(Run).Start();
    }

    /// <summary>Opens a socket of the application.</summary>
    /// <param name="port">Its port, below 61000 and not 69.</param>
    /// <param name="largest">Bytes of the largest payload that can be sent, at most 1232.</param>
    /// <param name="queue">Bytes for payloads that have come in and are not taken yet, 20 more for each.</param>
    /// <returns>The socket, or null when the port is in use or there are too many.</returns>
    public SporeSocket Open(int port, int largest, int queue)
    {
        SporeSocket made = new SporeSocket(this, port, largest, queue);
        lock (Gate)
        {
            int free = -1;
            for (int i = 0; i < MaxSockets; i++)
            {
                if (_sockets[i] == null)
                {
                    free = i;
                }
                else if (_sockets[i].Port == port)
                {
                    return null;
                }
            }

            if (free < 0)
            {
                return null;
            }

            _sockets[free] = made;
            return made;
        }
    }

    /// <summary>
    /// Answers members' requests, one at a time. Should be called before <see cref="Run"/> or <see cref="Start"/>.
    /// </summary>
    /// <param name="handler">
    /// What answers, on the node's thread: it must not wait. A request and a response have at most 512 bytes.
    /// </param>
    public void HandleRequests(IRequestHandler handler)
    {
        lock (Gate)
        {
            _node.HandleRequests(handler, 1, LargestRequest);
        }
    }

    /// <summary>Gives the response to a request.</summary>
    /// <param name="number">The number of the request, as <see cref="IRequestHandler.Handle"/> got it.</param>
    /// <param name="response">The response, at most 512 bytes.</param>
    /// <returns>False if the request is gone or the response is too long.</returns>
    public bool Respond(long number, byte[] response)
    {
        lock (Gate)
        {
            return _node.Respond(number, response, 0, response.Length, Environment.TickCount64);
        }
    }

    /// <summary>Finds the member with a label.</summary>
    /// <param name="label">The label.</param>
    /// <param name="endpoint">Takes the member's link-local address; its port stays.</param>
    /// <returns>False when the network, if there is one, has no such member.</returns>
    public bool Find(string label, MeshEndpoint endpoint)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(label);
        lock (Gate)
        {
            NetworkFile network = _node.Network;
            for (int i = 0; i < network.Count; i++)
            {
                _field.Begin(network.Bytes, network.EntryOffset(i));
                while (_field.Next())
                {
                    if (_field.Type == EntryField.Label
                        && IsSame(wanted, network.Bytes, _field.ValueOffset, _field.ValueLength))
                    {
                        endpoint.SetKey(network.Bytes, network.EntryOffset(i) + NetworkEntry.KeyOffset);
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>
    /// Reads what the network says to the application in a vendor field (<c>Vendor =</c>) of this node's own entry. An
    /// expired network still says it.
    /// </summary>
    /// <param name="enterprise">The vendor's IANA enterprise number.</param>
    /// <param name="index">Which of the fields with this number, from 0, in the order of the entry.</param>
    /// <param name="buffer">Takes the value, without the enterprise number; what does not fit is left out.</param>
    /// <returns>
    /// The length of the whole value in bytes, 0 to 251; -1 where there is no such field, or no network yet.
    /// </returns>
    public int ReadVendorField(long enterprise, int index, byte[] buffer)
    {
        lock (Gate)
        {
            return _node.ReadVendorField(_node.OwnEntry, enterprise, index, buffer, 0, buffer.Length);
        }
    }

    /// <summary>Reads what the network says in a vendor field of another member's entry.</summary>
    /// <param name="member">
    /// An inner address of the member: from <see cref="Find"/>, from its key or from a datagram of it.
    /// </param>
    /// <param name="enterprise">The vendor's IANA enterprise number.</param>
    /// <param name="index">Which of the fields with this number, from 0, in the order of the entry.</param>
    /// <param name="buffer">Takes the value, without the enterprise number; what does not fit is left out.</param>
    /// <returns>
    /// The length of the whole value in bytes, 0 to 251; -1 where there is no such field, or no such member.
    /// </returns>
    public int ReadVendorField(MeshEndpoint member, long enterprise, int index, byte[] buffer)
    {
        lock (Gate)
        {
            int entry = _node.FindEntry(member.Address, member.Start, !member.IsIpv4);
            return _node.ReadVendorField(entry, enterprise, index, buffer, 0, buffer.Length);
        }
    }

    /// <summary>Called when a socket is closed.</summary>
    /// <param name="socket">The socket.</param>
    internal void Close(SporeSocket socket)
    {
        lock (Gate)
        {
            for (int i = 0; i < MaxSockets; i++)
            {
                if (_sockets[i] == socket)
                {
                    _sockets[i] = null;
                }
            }
        }
    }

    /// <summary>Finds this node's own address to send from; under <see cref="Gate"/>.</summary>
    /// <param name="to">Where to send.</param>
    /// <param name="source">Takes it, as it stands in a packet.</param>
    /// <returns>False when this node has none of that kind.</returns>
    internal bool CopySource(MeshEndpoint to, byte[] source)
    {
        if (LinkLocalAddress.IsLinkLocal(to.Address, 0))
        {
            Array.Copy(_node.LinkLocal, 0, source, 0, LinkLocalAddress.Size);
            return true;
        }

        int entry = _node.OwnEntry;
        if (entry < 0)
        {
            return false;
        }

        int size = to.IsIpv4 ? Ipv4.AddressSize : Ipv6.AddressSize;
        byte[] network = _node.Network.Bytes;
        _field.Begin(network, _node.Network.EntryOffset(entry));
        while (_field.Next())
        {
            if (_field.Type == EntryField.Prefix
                && _field.ValueLength == size + 1
                && network[_field.ValueOffset + size] == 8 * size)
            {
                Array.Copy(network, _field.ValueOffset, source, 0, size);
                return true;
            }
        }

        return false;
    }

    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        if (IpPacket.Protocol(buffer, offset) != IpProtocol.Udp)
        {
            return false;
        }

        int payload = Udp.PayloadLength(buffer, offset, length);
        int header = offset + IpPacket.HeaderLength(buffer, offset);
        for (int i = 0; payload >= 0 && i < MaxSockets; i++)
        {
            SporeSocket socket = _sockets[i];
            if (socket != null && socket.Port == Udp.DestinationPort(buffer, header))
            {
                socket.Put(buffer, offset, header, payload);
                return true;
            }
        }

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
            case NodeEvent.NetworkRestored:
                Log.Write("the network has not expired: wall time was corrected");
                break;
            case NodeEvent.VendorFieldsChanged:
                _haveFieldsChanged = true;
                break;
            case NodeEvent.Behind:
                Log.Write(string.Concat("this node is not in network version ", value.ToString()));
                break;
            case NodeEvent.OwnKeyHeard:
                Log.Write("another board has this identity, or somebody repeats old hellos of this one");
                break;
            case NodeEvent.Equivocation:
                Log.Write("two networks with the same version: one is forged");
                break;
        }
    }

    bool INodeHost.FindEndpoint(byte[] key, int keyOffset, byte[] name, int offset, int length, Endpoint endpoint)
    {
        if (_sought == null && name != null && _nameServerDue <= Environment.TickCount64)
        {
            Array.Copy(key, keyOffset, _soughtKey, 0, KeySize);
            _sought = new PlaceName(name, offset, length);
        }

        return false;
    }

    int INodeHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity)
    {
        return 0;
    }

    long INodeHost.FreeHeap()
    {
        // In this order the interpreter takes the result as signed.
        return 0x7FFFFFFFL & nanoFramework.Runtime.Native.GC.Run(false);
    }

    private static string Describe(IdentityFault fault)
    {
        switch (fault)
        {
            case IdentityFault.Unprovisioned:
                return "no identity in this image; tools/flash writes one";
            case IdentityFault.NoTrustRoot:
                return "the identity in this image has no trust root";
            default:
                return "the identity in this image is damaged";
        }
    }

    // The words of the file "status".
    private static string Word(NetworkState state)
    {
        switch (state)
        {
            case NetworkState.None:
                return "none";
            case NetworkState.Unconfirmed:
                return "unconfirmed";
            case NetworkState.Witness:
                return "witness";
            case NetworkState.Fresh:
                return "fresh";
            case NetworkState.Behind:
                return "behind";
            default:
                return "expired";
        }
    }

    // Nobody would see it otherwise, and the board would stand still.
    private static void Restart(Exception e)
    {
        Log.Write(string.Concat("failed: ", e.Message));
        Thread.Sleep(RestartAfter);
        Power.RebootDevice();
    }

    private static bool IsSame(byte[] wanted, byte[] buffer, int offset, int length)
    {
        if (length != wanted.Length)
        {
            return false;
        }

        for (int i = 0; i < length; i++)
        {
            if (wanted[i] != buffer[offset + i])
            {
                return false;
            }
        }

        return true;
    }

    private void GoRound()
    {
        long wait;
        VendorFieldsChangedEventHandler changed = null;
        lock (Gate)
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

            _supervisor.Led.Pattern = PatternAt(now);

            // Never past the next deadline. The clock moves in steps, so that what is due within one
            // is waited for in full.
            now = Environment.TickCount64;
            wait = Earliest(_node.NextDeadline, Earliest(_linkDue, Earliest(_reportDue, now + LongestWait))) - now;
            if (_haveFieldsChanged)
            {
                _haveFieldsChanged = false;
                changed = _fieldsChanged;
            }
        }

        // Without the lock, as an application may hold one of its own when it calls the node.
        if (changed != null)
        {
            changed(this);
        }

        if (_sought != null
            || (_rendezvous.IsGiven
                && _hasLink
                && _nameServerDue <= Environment.TickCount64
                && _rendezvousDue <= Environment.TickCount64))
        {
            AskNameServer();
        }

        Wait(wait < 0 ? 0 : (int)wait);
    }

    private int PatternAt(long now)
    {
        if (!_hasLink)
        {
            return StatusLed.Trouble;
        }

        switch (_node.State(now))
        {
            case NetworkState.Behind:
            case NetworkState.Expired:
                return StatusLed.Trouble;
            case NetworkState.Fresh:
            case NetworkState.Witness:
                return StatusLed.Current;
            default:
                return StatusLed.Joining;
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
                lock (Gate)
                {
                    _entropy.Stir();
                    _node.Receive(_buffer, 0, length, _source, Environment.TickCount64);
                }
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
            _own.Clear();
            _transport.Close();
            return;
        }

        if (!_transport.IsOpen)
        {
            int error = _transport.Open();
            if (error != 0)
            {
                TryLater(now, string.Concat("no socket, error ", error.ToString()));
                return;
            }
        }

        FollowAddress(now);
    }

    // The link is up: where it has come back, or has another address, the node finds its peers again.
    private void FollowAddress(long now)
    {
        NetworkLink.CopyEndpoint(_source, UdpTransport.Port);
        if (!_source.IsSame(_own))
        {
            _own.CopyFrom(_source);
            _node.SetOwnEndpoint(0, _own);
            _node.LinkChanged(now);
        }
    }

    // Not under the lock, and later and later where nothing is found: a name server that does not
    // answer takes its time.
    private void AskNameServer()
    {
        PlaceName sought = _sought;
        bool isFound = sought != null ? sought.IsGiven && sought.Resolve(_found) : _rendezvous.Resolve(_found);
        long now = Environment.TickCount64;
        if (isFound)
        {
            _nameBackOff.Reset();
        }
        else
        {
            _nameServerDue = now + _nameBackOff.Fail();
        }

        lock (Gate)
        {
            if (sought != null)
            {
                _sought = null;
                if (isFound)
                {
                    _node.SetEndpoint(_soughtKey, 0, _found, now);
                }
            }
            else if (isFound)
            {
                _node.Rendezvous.CopyFrom(_found);
                _rendezvousDue = now + ResolveEvery;
            }
            else
            {
                Log.Write("the rendezvous has no address");
            }
        }
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
        string state = Word(_node.State(now));
        ulong version = _node.NetworkVersion;
        Log.Write(string.Concat(
            string.Concat(
                "spore ",
                FirmwareVersion.Text,
                "; network ",
                version == 0 ? state : string.Concat(state, ", version ", version.ToString())),
            string.Concat("; sessions ", _node.SessionCount(now).ToString()),
            string.Concat("; free heap ", nanoFramework.Runtime.Native.GC.Run(false).ToString()),
            string.Concat("; up ", (now / 1000).ToString(), " s")));
    }
}
