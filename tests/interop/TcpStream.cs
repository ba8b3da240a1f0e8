using System;
using System.IO;
using System.Security.Cryptography;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// A TCP connection through the tunnel, with socat at both ends, over which random bytes go until it is finished.
/// </summary>
internal sealed class TcpStream
{
    private const int Progress = 1 << 18;
    private const int Rest = 8 << 20;

    private static int _count;

    private readonly RunningProgram _client;
    private readonly RunningProgram _server;
    private readonly string _sent;
    private readonly string _received;
    private readonly string _finish;

    /// <summary>Connects two machines and starts to send.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="from">The machine that sends.</param>
    /// <param name="to">The machine that receives.</param>
    /// <param name="address">Its address; in brackets for IPv6.</param>
    public TcpStream(Lab lab, NetworkNamespace from, NetworkNamespace to, string address)
    {
        const int Port = 5000;
        string name = Path.Combine(lab.Folder, $"stream{System.Threading.Interlocked.Increment(ref _count)}");
        (_sent, _received, _finish) = (name + ".sent", name + ".received", name + ".finish");
        string protocol = address.StartsWith('[') ? "TCP6" : "TCP4";
        _server = lab.Keep(to.Start(["socat", "-u", $"{protocol}-LISTEN:{Port},reuseaddr", $"CREATE:{_received}"]));
        Wait.Until(() => to.Ask("ss", "-Hltn", $"sport = {Port}").Output.Length > 0, "socat to listen");
        string bytes =
            $"while [ ! -e {_finish} ]; do head -c 65536 /dev/urandom; sleep 0.05; done; head -c {Rest} /dev/urandom";
        _client = lab.Keep(
            from.Start(["sh", "-c", $"({bytes}) | tee {_sent} | socat -u STDIN {protocol}:{address}:{Port}"]));
    }

    /// <summary>Waits until more has arrived.</summary>
    public void WaitForMore()
    {
        long size = Size();
        Wait.Until(() => Size() >= size + Progress, "the stream to flow");
    }

    /// <summary>Sends another eight megabytes, and demands that everything arrives.</summary>
    public void Finish()
    {
        File.WriteAllBytes(_finish, []);
        Assert.Equal(0, _client.WaitForEnd());
        Assert.Equal(0, _server.WaitForEnd());
        Assert.Equal(Hash(_sent), Hash(_received));
    }

    private static string Hash(string path)
    {
        return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
    }

    private long Size()
    {
        return File.Exists(_received) ? new FileInfo(_received).Length : 0;
    }
}
