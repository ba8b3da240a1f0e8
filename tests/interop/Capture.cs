using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>What goes over a machine's wire, recorded and read with Wireshark's programs.</summary>
internal sealed class Capture
{
    /// <summary>The type of an initiation.</summary>
    public const int Initiation = 1;

    /// <summary>The type of a response.</summary>
    public const int Response = 2;

    /// <summary>The type of a transport message.</summary>
    public const int Transport = 4;

    // The discard service (RFC 863), which no machine here has.
    private const int DiscardPort = 9;

    private readonly NetworkNamespace _machine;
    private readonly string _file;
    private readonly RunningProgram _dumpcap;

    /// <summary>Starts to record.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="machine">Where.</param>
    public Capture(Lab lab, NetworkNamespace machine)
    {
        _machine = machine;
        _file = Path.Combine(lab.Folder, $"{machine.Name}.pcapng");
        KeyLog = Path.Combine(lab.Folder, $"{machine.Name}.keys");

        // Else a run of datagrams that was handed to the kernel at one time is recorded as one.
        machine.Ip($"link set {Wire.Interface} gso_max_segs 1");
        _dumpcap = lab.Keep(machine.Start(["dumpcap", "-q", "-i", Wire.Interface, "-w", _file]));
        _dumpcap.WaitFor("File:");
    }

    /// <summary>The programs that a test needs for it.</summary>
    public static string[] Programs => ["tshark", "dumpcap"];

    /// <summary>Where the keys are to be logged that open what was recorded.</summary>
    public string KeyLog { get; }

    /// <summary>Stops to record, with all that was sent until now.</summary>
    public void Stop()
    {
        // It reads the kernel's buffer at intervals, and at its end leaves there what it has not read. With this
        // datagram all others before it have been read.
        byte[] last = RandomNumberGenerator.GetBytes(32);
        using Socket socket = _machine.OpenSocket(new IPEndPoint(IPAddress.Any, 0));
        socket.EnableBroadcast = true;
        socket.SendTo(last, new IPEndPoint(IPAddress.Parse(Wire.Address(255)), DiscardPort));
        Wait.Until(() => File.ReadAllBytes(_file).AsSpan().IndexOf(last) >= 0, "the last datagram to be recorded");
        _dumpcap.Stop();
    }

    /// <summary>
    /// Demands that tshark opens everything with the keys: the timestamp in each initiation, each
    /// handshake, and each packet.
    /// </summary>
    public void AllIsDecrypted()
    {
        Assert.All(Read($"wg.type == {Initiation}", "wg.timestamp.value"), p => Assert.NotEmpty(p[0]));
        Assert.All(Read($"wg.type == {Response}", "wg.handshake_ok"), p => Assert.Equal("1", p[0]));
        Assert.All(
            Read($"wg.type == {Transport} && !wg.keepalive", "frame.protocols"),
            p => Assert.Contains(":wg:ip:", p[0], StringComparison.Ordinal));
        Assert.Empty(Read("wg.decryption_error", "frame.number"));
    }

    /// <summary>Has tshark read what was recorded.</summary>
    /// <param name="filter">Which packets.</param>
    /// <param name="fields">What of them.</param>
    /// <returns>For each packet its fields; those that it does not have are empty.</returns>
    public string[][] Read(string filter, params string[] fields)
    {
        string output = _machine.Ask(
            [
                "tshark",
                "-r",
                _file,
                "-o",
                $"wg.keylog_file:{KeyLog}",
                "-Y",
                filter,
                "-T",
                "fields",
                .. fields.SelectMany(f => new[] { "-e", f }),
            ]).Demand();
        return [.. output.Split('\n')[..^1].Select(line => line.Split('\t'))];
    }
}
