using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using Spore.Flash;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Uapi;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Flash;
using Spore.Tests.Network;
using Spore.Tests.Uapi;
using Xunit;

namespace Spore.Tests.Endpoints;

/// <summary>
/// The ways by which an endpoint or a public key reaches a node. Each returns what was read, or what is wrong.
/// </summary>
internal static class EndpointReaders
{
    private static readonly string _key = Keys.NodeText(1);

    public static (string? Endpoint, string? Fault) CommandLine(string text)
    {
        PeerArgument? peer = PeerArgument.TryParse($"{_key}@{text}", out string? fault);
        return (peer?.Endpoint?.ToString(), fault);
    }

    public static (string? Endpoint, string? Fault) Rendezvous(string text)
    {
        PeerEndpoint? endpoint = PeerEndpoint.TryParse(text, EndpointUse.Local, out string? fault);
        return (endpoint?.ToString(), fault);
    }

    public static (string? Endpoint, string? Fault) Ini(string text)
    {
        string quoted = text.Replace("\\", "\\\\").Replace("\"", "\\\"");
        string file = $"[Network]\nVersion = 1\n[Peer]\nPublicKey = {_key}\nEndpoint = \"{quoted}\"\n";
        return Network(() => Ini(Encoding.UTF8.GetBytes(file)), "n.ini:5: Endpoint: ");
    }

    public static (string? Endpoint, string? Fault) Csv(string text)
    {
        string quoted = text.Replace("\"", "\"\"");
        return Network(() => Table($"PublicKey,Endpoint\n{_key},\"{quoted}\"\n"), "n.csv:2: Endpoint: ");
    }

    public static (string? Endpoint, string? Fault) Uapi(string text)
    {
        const string Prefix = "endpoint: ";
        SetParser parser = new();
        parser.Read(Encoding.ASCII.GetBytes($"public_key={Convert.ToHexString(Keys.Node(1))}"));
        try
        {
            parser.Read(Encoding.UTF8.GetBytes($"endpoint={text}"));
            return (parser.Request.Peers[0].Endpoint!.ToString(), null);
        }
        catch (UapiException fault)
        {
            string told = fault.Message;
            return (null, told.StartsWith(Prefix, StringComparison.Ordinal) ? told[Prefix.Length..] : told);
        }
    }

    public static string KeyInIni(string key)
    {
        const string Prefix = "n.ini:4: PublicKey: ";
        byte[] file = Encoding.UTF8.GetBytes($"[Network]\nVersion = 1\n[Peer]\nPublicKey = {key}\n");
        string fault = Assert.Throws<InputException>(() => Ini(file)).Message;
        Assert.StartsWith(Prefix, fault);
        return fault[Prefix.Length..];
    }

    public static string KeyInCsv(string key)
    {
        const string Prefix = "n.csv:2: PublicKey: ";
        string fault = Assert.Throws<InputException>(() => Table($"Label,PublicKey\na,{key}\n")).Message;
        Assert.StartsWith(Prefix, fault);
        return fault[Prefix.Length..];
    }

    /// <summary>Sets a peer over UAPI. The client gets only the error's number; the timeline says why.</summary>
    public static (string Answer, string Timeline) KeyInUapi(string hex)
    {
        RunningDevice device = new();
        string answer = Dialogue.With(device.Configuration, $"set=1\npublic_key={hex}\n\n");
        return (answer, device.Timeline);
    }

    /// <summary>What a node or <c>flash check</c> finds wrong with an address in a signed network.</summary>
    public static NetworkFault Signed(IPAddress address, int port)
    {
        return Check(EntryField.EndpointAddress, [.. address.GetAddressBytes(), (byte)(port >> 8), (byte)port]);
    }

    /// <summary>What a node or <c>flash check</c> finds wrong with a name in a signed network.</summary>
    public static NetworkFault Signed(string name)
    {
        return Check(EntryField.EndpointName, Encoding.ASCII.GetBytes(name));
    }

    private static NetworkFault Check(int type, byte[] value)
    {
        byte[] entry = NetworkBytes.Entry(1, NetworkBytes.Field(type, value));
        return NetworkEntry.Check(entry, 0, entry.Length);
    }

    private static NetworkDescription Ini(byte[] file) => NetworkIni.Parse(file, "n.ini", FlashFolder.Now);

    private static NetworkDescription Table(string table)
    {
        using FlashFolder folder = new();
        CsvTable csv = CsvTable.Read(folder.Write("n.csv", table), null, NetworkIni.PeerKeys);
        IEnumerable<(int, IEnumerable<(string, string)>)> rows =
            csv.Rows.Select(r => (r.Line, (IEnumerable<(string, string)>)csv.Fields(r)));
        return NetworkIni.FromPeers("n.csv", 1, [], rows, FlashFolder.Now);
    }

    private static (string? Endpoint, string? Fault) Network(Func<NetworkDescription> read, string place)
    {
        try
        {
            return (Assert.Single(read().Peers[0].Endpoints).ToString(), null);
        }
        catch (InputException fault)
        {
            Assert.StartsWith(place, fault.Message);
            return (null, fault.Message[place.Length..]);
        }
    }
}
