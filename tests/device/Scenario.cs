using Spore.Mesh;
using Spore.SignedNetwork;

namespace Spore.Tests.Device;

/// <summary>Two members and a stranger, to be moved on step by step by whoever measures them.</summary>
public static class Scenario
{
    /// <summary>The size of the inner packets that are measured.</summary>
    public const int PacketSize = 1024;

    private static readonly string _fileName = "file";
    private static readonly string _statusName = "status";
    private static readonly byte[] _packet = new byte[PacketSize];
    private static Station[] _stations;
    private static Wire _wire;

    /// <summary>Makes a node and what surrounds it, to see what it takes.</summary>
    public static void BuildNode()
    {
        _stations = new Station[] { new Station(1, Fixture.FirstIdentity, Wire.Start) };
    }

    /// <summary>The same, and what the node takes to answer requests.</summary>
    public static void BuildAnsweringNode()
    {
        BuildNode();
        _stations[0].Node.HandleRequests(null, 1, 512);
    }

    /// <summary>Makes what surrounds a node, without the node.</summary>
    public static void BuildSurroundings()
    {
        _stations = new Station[] { new Station(1, null, Wire.Start) };
    }

    /// <summary>
    /// Makes the stations: the first two are members once they have a network, the third never gets one.
    /// </summary>
    public static void Build(int count)
    {
        _stations = new Station[count];
        for (int i = 0; i < count; i++)
        {
            byte[] identity = i == 0 ? Fixture.FirstIdentity : i == 1 ? Fixture.SecondIdentity : Fixture.ThirdIdentity;
            _stations[i] = new Station((byte)(i + 1), identity, Wire.Start);
        }

        _wire = new Wire(_stations, 8);
        InnerPacket.WriteData(_packet, PacketSize, 1, 2);
    }

    /// <summary>Makes two stations, of which the second reads with a window of 4, which a device does not.</summary>
    public static void BuildWideReader()
    {
        NodeLimits limits = NodeLimits.Device();
        limits.ReceiveWindows = 2 * limits.Window;
        _stations = new Station[]
        {
            new Station(1, Fixture.FirstIdentity, Wire.Start),
            new Station(2, Fixture.SecondIdentity, Wire.Start, limits),
        };
        _wire = new Wire(_stations, 8);
    }

    /// <summary>
    /// Makes two stations, of which the first has a network of 64 entries, or a part of one of 100,000.
    /// </summary>
    public static bool BuildJoin(bool isSparse)
    {
        Build(2);
        Station first = _stations[0];
        if (!isSparse)
        {
            byte[] network = LargeNetwork.Full();
            return first.Node.Load(network, 0, network.Length, _wire.Now) == NetworkFault.None;
        }

        byte[] own = LargeNetwork.FirstProof();
        first.Proofs = new byte[][] { own, LargeNetwork.SecondProof() };
        return first.Node.LoadPart(LargeNetwork.Head(), 0, own, _wire.Now) == NetworkFault.None;
    }

    /// <summary>Begins to read the file of the first station at the second.</summary>
    public static bool Read()
    {
        return _stations[1].Node.Read(
            _stations[0].Node.PublicKey, 0, _fileName, Node.FirstFile, Station.FileSize, _wire.Now) != null;
    }

    /// <summary>Configures peers at the first station.</summary>
    public static bool AddPeers(int count)
    {
        byte[] key = new byte[32];
        bool isAdded = true;
        for (int i = 1; i <= count; i++)
        {
            key[0] = (byte)i;
            key[1] = 9;
            isAdded &= _stations[0].Node.AddPeer(key, 0, null, _wire.Now);
        }

        return isAdded;
    }

    /// <summary>Begins to read the status of the first station at the second.</summary>
    public static bool ReadStatus()
    {
        return _stations[1].Node.Read(
            _stations[0].Node.PublicKey, 0, _statusName, Node.FirstFile, Station.FileSize, _wire.Now) != null;
    }

    /// <summary>How many files the second station has read.</summary>
    public static int FilesTaken()
    {
        return _stations[1].FilesTaken;
    }

    /// <summary>Gives a station the network in version 1 or 2.</summary>
    public static bool Load(int station, int version)
    {
        byte[] file = version == 1 ? Fixture.NetworkVersion1 : Fixture.NetworkVersion2;
        return _stations[station].Node.Load(file, 0, file.Length, _wire.Now) == NetworkFault.None;
    }

    /// <summary>Does one step within the next so many milliseconds; see <see cref="Wire.Step"/>.</summary>
    public static int Step(int milliseconds)
    {
        return _wire.Step(_wire.Now + milliseconds);
    }

    /// <summary>The time.</summary>
    public static int Milliseconds()
    {
        return (int)_wire.Now;
    }

    /// <summary>Lets time pass.</summary>
    public static void Run(int milliseconds)
    {
        _wire.Run(milliseconds);
    }

    /// <summary>The station that did the last step.</summary>
    public static int Actor()
    {
        return _wire.Actor;
    }

    /// <summary>The type of the datagram that it sent, or -1.</summary>
    public static int LastSent()
    {
        return _stations[_wire.Actor].LastSent;
    }

    /// <summary>Whether a station reported a session since <see cref="Forget"/>.</summary>
    public static bool HasSession(int station)
    {
        return _stations[station].Knows(NodeEvent.SessionUp);
    }

    /// <summary>Forgets what was reported.</summary>
    public static void Forget()
    {
        for (int i = 0; i < _stations.Length; i++)
        {
            _stations[i].Forget();
        }
    }

    /// <summary>The version of a station's network.</summary>
    public static int Version(int station)
    {
        return (int)(long)_stations[station].Node.NetworkVersion;
    }

    /// <summary>Packets that a station delivered to its application.</summary>
    public static int Delivered(int station)
    {
        return _stations[station].Delivered;
    }

    /// <summary>Sends a packet from the first member to the second.</summary>
    public static bool SendPacket()
    {
        return _stations[0].Node.Send(_packet, 0, PacketSize, _wire.Now);
    }
}
