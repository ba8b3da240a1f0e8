using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;

namespace Spore.Tests.Interop;

/// <summary>
/// Stock WireGuard on a machine: <c>wireguard-go</c>, set up with <c>wg</c> and <c>ip</c> as anyone would.
/// </summary>
internal sealed class StockNode
{
    /// <summary>The port that all nodes listen on.</summary>
    public const int Port = 51820;

    /// <summary>What its log says of an initiation that it sends.</summary>
    public const string Initiated = "Sending handshake initiation";

    /// <summary>What its log says of an initiation that it receives.</summary>
    public const string WasInitiatedTo = "Received handshake initiation";

    // Sockets of wireguard-go are found by the interface's name, whatever namespace it is in.
    private static int _count;

    private readonly Lab _lab;
    private readonly RunningProgram _program;

    /// <summary>Starts stock WireGuard with a key and its link-local address.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="machine">The machine it runs on.</param>
    /// <param name="number">Its number as a member; a guest has one too, but nobody gives anything for it.</param>
    /// <param name="key">The private key as <c>wg genkey</c> makes it, or null for a new one.</param>
    public StockNode(Lab lab, NetworkNamespace machine, int number, string? key = null)
    {
        _lab = lab;
        Machine = machine;
        Interface = string.Create(
            CultureInfo.InvariantCulture, $"wg{Environment.ProcessId}n{Interlocked.Increment(ref _count)}");
        PrivateKey = key ?? NewKey();
        Self = new Member(PublicKey(PrivateKey), number);
        _program = lab.Keep(
            machine.Start(["wireguard-go", "-f", Interface], ("WG_PROCESS_FOREGROUND", "1"), ("LOG_LEVEL", "verbose")));
        _program.WaitFor("UAPI listener started");
        ListenAt(Port);
        machine.Ip($"link set {Interface} addrgenmode none");
        machine.Ip($"link set {Interface} mtu 1420 up");
        TakeKey();
        machine.Ip($"route add fe80::/10 dev {Interface}");
        machine.Ip($"addr add {Self.Ipv4}/32 dev {Interface}");
        machine.Ip($"addr add {Self.Ipv6}/128 dev {Interface} nodad");
    }

    /// <summary>The running wireguard-go.</summary>
    public RunningProgram Program => _program;

    /// <summary>The machine it runs on.</summary>
    public NetworkNamespace Machine { get; }

    /// <summary>The interface's name.</summary>
    public string Interface { get; }

    /// <summary>Its private key, as <c>wg</c> writes it.</summary>
    public string PrivateKey { get; private set; }

    /// <summary>Its key and addresses.</summary>
    public Member Self { get; private set; }

    /// <summary>Makes a private key.</summary>
    /// <returns>The key, as <c>wg genkey</c> makes it.</returns>
    public static string NewKey()
    {
        return Command.Run(["wg", "genkey"]).Demand();
    }

    /// <summary>Derives a public key.</summary>
    /// <param name="key">The private key, as <c>wg</c> writes it.</param>
    /// <returns>The public key, 32 bytes.</returns>
    public static byte[] PublicKey(string key)
    {
        return Convert.FromBase64String(Command.Run(["wg", "pubkey"], key).Demand().Trim());
    }

    /// <summary>Configures a peer with all of its addresses, and routes to them.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="endpoint">Where to find it, or null to wait for it.</param>
    /// <param name="keepalive">After how many seconds the session is kept alive; 0 for never.</param>
    public void AddPeer(Member peer, string? endpoint = null, int keepalive = 0)
    {
        string[] where =
            [.. endpoint == null ? [] : new[] { "endpoint", endpoint }, "persistent-keepalive", Text(keepalive)];
        Machine.Run(["wg", "set", Interface, "peer", peer.KeyText, "allowed-ips", peer.AllowedIps, .. where]).Demand();
        Machine.Ip($"route add {peer.Ipv4}/32 dev {Interface}");
        Machine.Ip($"-6 route add {peer.Ipv6}/128 dev {Interface}");
    }

    /// <summary>Gives it another key, and the link-local address of that.</summary>
    /// <param name="key">The private key.</param>
    public void ChangeKey(string key)
    {
        Machine.Ip($"addr del {Self.LinkLocal}/128 dev {Interface}");
        PrivateKey = key;
        Self = Self with { Key = PublicKey(key) };
        TakeKey();
    }

    /// <summary>Ends it at once (SIGKILL).</summary>
    public void Kill()
    {
        _program.Kill();
        File.Delete($"/var/run/wireguard/{Interface}.sock");
    }

    /// <summary>Removes a peer from its configuration.</summary>
    /// <param name="peer">The peer.</param>
    public void RemovePeer(Member peer)
    {
        Machine.Run("wg", "set", Interface, "peer", peer.KeyText, "remove").Demand();
        Machine.Ip($"route del {peer.Ipv4}/32 dev {Interface}");
        Machine.Ip($"-6 route del {peer.Ipv6}/128 dev {Interface}");
    }

    /// <summary>Lets it listen at another port.</summary>
    /// <param name="port">The port.</param>
    public void ListenAt(int port)
    {
        Machine.Run("wg", "set", Interface, "listen-port", Text(port)).Demand();
    }

    /// <summary>Where it sends what is for a peer, as <c>wg show</c> tells.</summary>
    /// <param name="peer">The peer.</param>
    /// <returns>Address and port, or "(none)".</returns>
    public string EndpointOf(Member peer)
    {
        return Machine.Ask("wg", "show", Interface, "endpoints").Demand()
            .Split('\n')
            .Single(line => line.StartsWith(peer.KeyText, StringComparison.Ordinal))
            .Split('\t')[1];
    }

    /// <summary>Whether <c>wg show</c> has seen a handshake with a peer.</summary>
    /// <param name="peer">The peer.</param>
    /// <returns>Whether there was one.</returns>
    public bool HasHandshake(Member peer)
    {
        return Machine.Ask("wg", "show", Interface, "latest-handshakes").Demand()
            .Split('\n')
            .Any(
                line => line.StartsWith(peer.KeyText, StringComparison.Ordinal)
                    && !line.EndsWith("\t0", StringComparison.Ordinal));
    }

    /// <summary>
    /// Waits until <c>wg show</c> sees a handshake with a peer: a responder has one with the first packet after it.
    /// </summary>
    /// <param name="peer">The peer.</param>
    public void WaitForHandshake(Member peer)
    {
        Wait.Until(() => HasHandshake(peer), "wg show to see a handshake");
    }

    /// <summary>Waits until its log holds a text.</summary>
    /// <param name="text">The text.</param>
    public void WaitForLog(string text)
    {
        _program.WaitFor(text);
    }

    /// <summary>Whether its log holds a text by now. What it has written just now may still be read.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it does.</returns>
    public bool Logged(string text)
    {
        return _program.Wrote(text);
    }

    /// <summary>How many lines of its log hold a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Their number.</returns>
    public int CountLogged(string text)
    {
        return _program.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>A link-local address with the interface it is behind.</summary>
    /// <param name="peer">Whose address.</param>
    /// <returns>The address, a percent sign and the interface.</returns>
    public string Scoped(Member peer)
    {
        return $"{peer.LinkLocal}%{Interface}";
    }

    private static string Text(int number)
    {
        return number.ToString(CultureInfo.InvariantCulture);
    }

    private void TakeKey()
    {
        Machine.Run(
            "wg",
            "set",
            Interface,
            "private-key",
            _lab.File($"{Interface}.key", Encoding.ASCII.GetBytes(PrivateKey))).Demand();
        Machine.Ip($"addr add {Self.LinkLocal}/128 dev {Interface} nodad");
    }
}
