using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>
/// The network as people write it: an INI file in the style of <c>wg setconf</c>, one [Network] section and a [Peer]
/// section for each member. Names of sections and keys are not case sensitive; <c>#</c> and <c>;</c> begin a comment
/// at the start of a line or behind white space; a value in double quotes is taken as it is, with <c>\"</c> and
/// <c>\\</c> for those two characters. Assign, AllowedIPs, Endpoint, Roles and Vendor take lists with commas between.
/// </summary>
public static class NetworkIni
{
    private const string NetworkSection = "Network";
    private const string PeerSection = "Peer";
    private const int NameLimit = 24;
    private const int LinesForReport = 1000;

    private static readonly string[] _networkKeys = ["Version", "Issued", "Expires", "Assign"];
    private static readonly string[] _peerKeys =
        ["PublicKey", "Label", "AllowedIPs", "Endpoint", "PersistentKeepalive", "Roles", "Vendor"];
    private static readonly string[] _repeatable = ["AllowedIPs", "Endpoint", "Vendor"];
    private static readonly string[] _timeForms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd HH:mm'Z'",
        "yyyy-MM-dd HH:mm:ss'Z'",
    ];
    private static readonly (string Name, int Bit)[] _roles =
        [("witness", EntryRoles.Witness), ("lease", EntryRoles.LeaseServer), ("whole", EntryRoles.HoldsWhole)];

    /// <summary>The names that a member's section can have.</summary>
    public static IReadOnlyList<string> PeerKeys => _peerKeys;

    /// <summary>Reads a network.</summary>
    /// <param name="bytes">The file's bytes, UTF-8.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="now">The time of issue where the file names none.</param>
    /// <param name="progress">Where to report how far it has come, or null.</param>
    /// <returns>The network, all of it sound.</returns>
    /// <exception cref="InputException">Something is wrong; it names the file, the line, the key and what.</exception>
    public static NetworkDescription Parse(
        ReadOnlySpan<byte> bytes, string file, DateTimeOffset now, WorkProgress? progress = null)
    {
        Parser parser = new(file, now);
        int number = 0;
        foreach (Range range in bytes.Split((byte)'\n'))
        {
            number++;
            if (number % LinesForReport == 0)
            {
                progress?.Report($"reading {file}", range.Start.GetOffset(bytes.Length), bytes.Length);
            }

            parser.TakeLine(number, Decode(bytes[range], file, number));
        }

        return parser.Finish();
    }

    /// <summary>Makes a network of members that are described elsewhere than in an INI file, in its words.</summary>
    /// <param name="file">Where they are described, for messages.</param>
    /// <param name="version">The network's version, at least 1.</param>
    /// <param name="assign">The ranges of <c>Assign</c>; empty for none.</param>
    /// <param name="peers">For each member its line, and names and values as of a [Peer] section.</param>
    /// <param name="now">The time of issue.</param>
    /// <returns>The network, all of it sound.</returns>
    /// <exception cref="InputException">Something is wrong; it names the file, the line, the key and what.</exception>
    public static NetworkDescription FromPeers(
        string file,
        ulong version,
        IReadOnlyList<AllowedPrefix> assign,
        IEnumerable<(int Line, IEnumerable<(string Name, string Value)> Fields)> peers,
        DateTimeOffset now)
    {
        Parser parser = new(file, now);
        parser.BeginNetwork(version, assign);
        foreach ((int line, IEnumerable<(string Name, string Value)> fields) in peers)
        {
            parser.TakePeer(line, fields);
        }

        return parser.Finish();
    }

    /// <summary>
    /// Writes a network. What is read from the result has the same bytes when signed, but for fields of unknown types.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="withIssued">Whether to say when it was issued; else that is when it is signed.</param>
    /// <returns>The text of the file.</returns>
    public static string Format(NetworkDescription network, bool withIssued = true)
    {
        StringBuilder text = new();
        text.Append($"[{NetworkSection}]\n");
        text.Append($"Version = {VersionText.Format(network.Version)}\n");
        if (withIssued)
        {
            text.Append($"Issued = {FormatTime(network.Issued)}\n");
        }

        text.Append($"Expires = {(network.Expires == 0 ? "never" : FormatTime(network.Expires))}\n");
        if (network.Assign.Count > 0)
        {
            text.Append($"Assign = {string.Join(", ", network.Assign)}\n");
        }

        foreach (PeerDescription peer in network.Peers)
        {
            text.Append('\n').Append(FormatPeer(peer));
        }

        return text.ToString();
    }

    /// <summary>Writes the section of a member.</summary>
    /// <param name="peer">The member.</param>
    /// <returns>The section, from its [Peer] to its last line break.</returns>
    public static string FormatPeer(PeerDescription peer)
    {
        StringBuilder text = new();
        text.Append($"[{PeerSection}]\n");
        text.Append($"PublicKey = {KeyText.Format(peer.PublicKey)}\n");
        if (peer.Label is not null)
        {
            text.Append($"Label = {Quote(peer.Label)}\n");
        }

        if (peer.AllowedPrefixes.Count > 0)
        {
            text.Append($"AllowedIPs = {string.Join(", ", peer.AllowedPrefixes)}\n");
        }

        foreach (PeerEndpoint endpoint in peer.Endpoints)
        {
            text.Append($"Endpoint = {endpoint}\n");
        }

        if (peer.Keepalive != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"PersistentKeepalive = {peer.Keepalive}\n");
        }

        if ((peer.Roles & _roles.Sum(r => r.Bit)) != 0)
        {
            text.Append($"Roles = {FormatRoles(peer.Roles)}\n");
        }

        foreach (VendorField vendor in peer.VendorFields)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"Vendor = {vendor.Enterprise}:{Convert.ToHexStringLower(vendor.Value)}\n");
        }

        foreach (UnknownField field in peer.UnknownFields)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"# left out: a field of the unknown type {field.Type}, {field.Value.Length} bytes\n");
        }

        if ((peer.Roles & ~_roles.Sum(r => r.Bit)) != 0)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"# left out: unknown roles, bits 0x{peer.Roles & ~_roles.Sum(r => r.Bit):x2}\n");
        }

        return text.ToString();
    }

    /// <summary>Writes a time as ISO 8601 in UTC.</summary>
    /// <param name="seconds">Unix seconds, at most <see cref="NetworkHeader.LastTime"/>.</param>
    /// <returns>The text, like 2026-07-01T12:00:00Z.</returns>
    public static string FormatTime(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes the known roles as the value of <c>Roles</c>.</summary>
    /// <param name="roles">Bits of <see cref="EntryRoles"/>.</param>
    /// <returns>Their names, with commas between.</returns>
    public static string FormatRoles(int roles) =>
        string.Join(", ", _roles.Where(r => (roles & r.Bit) != 0).Select(r => r.Name));

    private static string Decode(ReadOnlySpan<byte> line, string file, int number)
    {
        try
        {
            string text = new UTF8Encoding(false, true).GetString(line);
            return number == 1 ? text.TrimStart('\uFEFF') : text;
        }
        catch (DecoderFallbackException)
        {
            throw new InputException($"{file}:{number}", null, "this is not UTF-8 text");
        }
    }

    private static string Quote(string value)
    {
        bool plain = value == value.Trim()
            && !value.StartsWith('"')
            && !value.Where((c, i) => c is '#' or ';' && (i == 0 || char.IsWhiteSpace(value[i - 1]))).Any();
        return plain ? value : $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
    }

    /// <summary>The state between the lines.</summary>
    private sealed class Parser(string file, DateTimeOffset now)
    {
        private readonly NetworkDescription _network = new() { Issued = now.ToUnixTimeSeconds() };
        private readonly Dictionary<string, int> _peers = [];
        private readonly LinkLocalOwners _linkLocals = new(NodeKey.LinkLocal);
        private readonly Dictionary<AllowedPrefix, int> _prefixes = [];
        private readonly Dictionary<string, int> _given = new(StringComparer.OrdinalIgnoreCase);
        private readonly List<int> _sectionLines = [];
        private int _line;
        private int _expiresLine;
        private int _networkLine;
        private int _sectionLine;
        private string? _section;
        private PeerDescription _peer = new();

        public void TakeLine(int number, string text)
        {
            _line = number;
            string line = WithoutComment(text).Trim();
            if (line.Length == 0)
            {
                return;
            }

            if (line.StartsWith('['))
            {
                EndSection();
                BeginSection(line);
                return;
            }

            // What is not like a name is not shown: in a file of another kind it may be a secret that ends in a '='.
            int equals = line.IndexOf('=');
            if (equals <= 0 || !IsName(line[..equals].TrimEnd()))
            {
                throw Fault(null, "this is neither a [section] nor a key = value");
            }

            string name = line[..equals].TrimEnd();
            TakeKey(name, Unquote(name, line[(equals + 1)..].TrimStart()));
        }

        public void BeginNetwork(ulong version, IReadOnlyList<AllowedPrefix> assign)
        {
            _line = 1;
            BeginSection($"[{NetworkSection}]");
            TakeKey("Version", VersionText.Format(version));
            _network.Assign.AddRange(assign);
        }

        public void TakePeer(int number, IEnumerable<(string Name, string Value)> fields)
        {
            _line = number;
            EndSection();
            BeginSection($"[{PeerSection}]");
            foreach ((string name, string value) in fields)
            {
                TakeKey(name, value);
            }
        }

        public NetworkDescription Finish()
        {
            EndSection();
            if (_networkLine == 0)
            {
                throw new InputException(file, $"[{NetworkSection}]", "this section is missing");
            }

            if (_network.Peers.Count == 0)
            {
                throw new InputException(file, $"[{PeerSection}]", "there is none; a network has at least one member");
            }

            if (_network.Expires != 0 && _network.Expires <= _network.Issued)
            {
                throw new InputException(
                    $"{file}:{_expiresLine}",
                    "Expires",
                    $"{FormatTime(_network.Expires)} is not after the time of issue, {FormatTime(_network.Issued)}");
            }

            foreach (AllowedPrefix range in _network.Assign)
            {
                AssignAddresses(range);
            }

            return _network;
        }

        private void AssignAddresses(AllowedPrefix range)
        {
            List<(PeerDescription Peer, int Line)> peers = [.. _network.Peers.Zip(_sectionLines)];
            if (AddressAssignment.Assign(range, _prefixes, peers) is (int line, string what))
            {
                throw new InputException($"{file}:{line}", "AllowedIPs", what);
            }

            foreach ((PeerDescription peer, int sectionLine) in peers)
            {
                CheckSize(peer, sectionLine);
            }
        }

        private void BeginSection(string line)
        {
            string name = line.EndsWith(']') ? line[1..^1].Trim() : "";
            _given.Clear();
            _sectionLine = _line;
            if (name.Equals(NetworkSection, StringComparison.OrdinalIgnoreCase))
            {
                if (_networkLine != 0)
                {
                    throw Fault($"[{NetworkSection}]", $"this section was given already, on line {_networkLine}");
                }

                _section = NetworkSection;
                _networkLine = _line;
            }
            else if (name.Equals(PeerSection, StringComparison.OrdinalIgnoreCase))
            {
                _section = PeerSection;
                _peer = new PeerDescription();
            }
            else
            {
                throw Fault(
                    IsName(name) ? $"[{name}]" : null,
                    $"there is no such section; there are [{NetworkSection}] and [{PeerSection}]");
            }
        }

        // What can only be told when all of a section is there is told with the line it began on.
        private void EndSection()
        {
            string where = $"{file}:{_sectionLine}";
            if (_section == NetworkSection && !_given.ContainsKey("Version"))
            {
                throw new InputException(where, "Version", "it is missing from this section");
            }

            if (_section != PeerSection)
            {
                return;
            }

            if (!_given.ContainsKey("PublicKey"))
            {
                throw new InputException(where, "PublicKey", "it is missing from this section");
            }

            CheckSize(_peer, _sectionLine);
            _network.Peers.Add(_peer);
            _sectionLines.Add(_sectionLine);
        }

        private void CheckSize(PeerDescription peer, int line)
        {
            int size = NetworkSigner.EntryBytes(peer).Length;
            if (size > NetworkEntry.MaxSize)
            {
                throw new InputException(
                    $"{file}:{line}",
                    $"[{PeerSection}]",
                    $"all it says takes {size} bytes, and {NetworkEntry.MaxSize} is the most");
            }
        }

        private void TakeKey(string name, string value)
        {
            if (_section is null)
            {
                throw Fault(
                    name, $"it stands before the first section; there are [{NetworkSection}] and [{PeerSection}]");
            }

            string[] keys = _section == NetworkSection ? _networkKeys : _peerKeys;
            string? key = keys.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (key is null)
            {
                throw Fault(name, $"there is no such key in [{_section}]; there are {string.Join(", ", keys)}");
            }

            if (!_repeatable.Contains(key) && !_given.TryAdd(key, _line))
            {
                throw Fault(key, $"it was given already, on line {_given[key]}");
            }

            TakeValue(key, value);
        }

        private void TakeValue(string key, string value)
        {
            switch (key)
            {
                case "Version":
                    _network.Version = VersionText.TryParse(value)
                        ?? throw Fault(key, $"{MessageText.Quote(value)} is not {VersionText.Form}");
                    break;

                case "Issued":
                    _network.Issued = ParseTime(value)
                        ?? throw Fault(key, $"'{value}' is neither a time like 2026-07-01T12:00:00Z nor Unix seconds");
                    break;

                case "Expires":
                    _expiresLine = _line;
                    _network.Expires = value.Equals("never", StringComparison.OrdinalIgnoreCase)
                        ? 0
                        : ParseTime(value) is long time and > 0
                        ? time
                        : throw Fault(key, $"'{value}' is neither 'never' nor a time like 2027-07-01T12:00:00Z");
                    break;

                case "Assign":
                    _network.Assign.AddRange(
                        KeyAddress.TryParseRanges(value, out string? fault) ?? throw Fault(key, fault!));
                    break;

                case "PublicKey":
                    TakePublicKey(value);
                    break;

                case "Label":
                    TakeLabel(value);
                    break;

                case "AllowedIPs":
                    foreach (string item in Items(key, value))
                    {
                        TakePrefix(item);
                    }

                    break;

                case "Endpoint":
                    foreach (string item in SomeItems(key, value))
                    {
                        TakeEndpoint(item);
                    }

                    break;

                case "PersistentKeepalive":
                    if (!value.Equals("off", StringComparison.OrdinalIgnoreCase))
                    {
                        _peer.Keepalive = int.TryParse(
                            value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
                            && seconds <= 65535
                            ? seconds
                            : throw Fault(key, $"'{value}' is neither 'off' nor a number of seconds from 0 to 65535");
                    }

                    break;

                case "Roles":
                    foreach (string item in Items(key, value))
                    {
                        TakeRole(item);
                    }

                    break;

                default:
                    foreach (string item in SomeItems(key, value))
                    {
                        TakeVendor(item);
                    }

                    break;
            }
        }

        private void TakePublicKey(string value)
        {
            byte[] key = NodeKey.TryParsePublic(value, out string? fault) ?? throw Fault("PublicKey", fault!);
            if (!_peers.TryAdd(KeyText.Format(key), _sectionLine))
            {
                throw Fault("PublicKey", $"this key has an entry already, on line {_peers[KeyText.Format(key)]}");
            }

            if (_linkLocals.Add(key, _line) is string collision)
            {
                throw Fault("PublicKey", collision);
            }

            _peer.PublicKey = key;
        }

        private void TakeLabel(string value)
        {
            int size = Encoding.UTF8.GetByteCount(value);
            if (size is < 1 or > 64)
            {
                throw Fault("Label", $"it takes {size} bytes, and may take 1 to 64");
            }

            if (value.Any(char.IsControl))
            {
                throw Fault("Label", "it has a control character in it");
            }

            _peer.Label = value;
        }

        private void TakePrefix(string item)
        {
            AllowedPrefix prefix = AllowedPrefix.TryParse(item, out string? fault) ?? throw Fault("AllowedIPs", fault!);
            if (!_prefixes.TryAdd(prefix, _line))
            {
                throw Fault("AllowedIPs", $"{prefix} was given already, on line {_prefixes[prefix]}");
            }

            _peer.AllowedPrefixes.Add(prefix);
        }

        private void TakeEndpoint(string item)
        {
            PeerEndpoint endpoint = PeerEndpoint.TryParse(item, EndpointUse.Published, out string? fault)
                ?? throw Fault("Endpoint", fault!);
            if (_peer.Endpoints.Contains(endpoint))
            {
                throw Fault("Endpoint", $"{endpoint} was given already for this peer");
            }

            _peer.Endpoints.Add(endpoint);
        }

        private void TakeRole(string item)
        {
            int bit = _roles.FirstOrDefault(r => r.Name.Equals(item, StringComparison.OrdinalIgnoreCase)).Bit;
            if (bit == 0)
            {
                throw Fault(
                    "Roles", $"'{item}' is not a role; there are {string.Join(", ", _roles.Select(r => r.Name))}");
            }

            if ((_peer.Roles & bit) != 0)
            {
                throw Fault("Roles", $"'{item}' was given already");
            }

            _peer.Roles |= bit;
        }

        private void TakeVendor(string value)
        {
            int colon = value.IndexOf(':');
            string hex = value[(colon + 1)..];
            if (colon < 0
                || !uint.TryParse(value[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out uint enterprise)
                || hex.Length % 2 != 0
                || !hex.All(char.IsAsciiHexDigit))
            {
                throw Fault(
                    "Vendor",
                    $"'{value}' is not an enterprise number, a colon and pairs of hexadecimal digits, like 1234:abcd");
            }

            if (hex.Length / 2 > 251)
            {
                throw Fault("Vendor", $"it says {hex.Length / 2} bytes, and 251 is the most");
            }

            _peer.VendorFields.Add(new VendorField(enterprise, Convert.FromHexString(hex)));
        }

        private IEnumerable<string> Items(string key, string value)
        {
            // A cell of a table may have an item on each line, with or without a comma behind it.
            string[] lines = value.Split(
                ['\r', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            string list = lines.Length < 2 ? value : string.Join(',', lines.Select(l => l.TrimEnd(',')));
            string[] items = value.Length == 0 ? [] : list.Split(',', StringSplitOptions.TrimEntries);
            return items.Contains("")
                ? throw Fault(key, "there is nothing between two commas, or before or after one")
                : items;
        }

        // Of an empty value, the one empty item, for the item's own message.
        private IEnumerable<string> SomeItems(string key, string value) =>
            value.Length == 0 ? [value] : Items(key, value);

        private string Unquote(string key, string value)
        {
            if (!value.StartsWith('"'))
            {
                return value;
            }

            StringBuilder text = new();
            for (int i = 1; i < value.Length; i++)
            {
                if (value[i] == '"' && i == value.Length - 1)
                {
                    return text.ToString();
                }

                if (value[i] == '"'
                    || (value[i] == '\\' && (i + 1 >= value.Length || value[i + 1] is not ('"' or '\\'))))
                {
                    break;
                }

                i += value[i] == '\\' ? 1 : 0;
                text.Append(value[i]);
            }

            throw Fault(key, "its quotes don't match (write \\\" and \\\\ for those characters inside)");
        }

        private static bool IsName(string text) =>
            text.Length is > 0 and <= NameLimit && text.All(char.IsAsciiLetterOrDigit);

        // A comment begins with # or ; at the start or behind white space, but not inside a quoted value.
        private static string WithoutComment(string text)
        {
            int equals = text.IndexOf('=');
            bool quotable = equals >= 0 && text[(equals + 1)..].TrimStart().StartsWith('"');
            bool quoted = false;
            for (int i = 0; i < text.Length; i++)
            {
                if (quotable && i > equals && text[i] == '"')
                {
                    quoted = !quoted;
                }
                else if (quoted && text[i] == '\\')
                {
                    i++;
                }
                else if (!quoted && text[i] is '#' or ';' && (i == 0 || char.IsWhiteSpace(text[i - 1])))
                {
                    return text[..i];
                }
            }

            return text;
        }

        private static long? ParseTime(string value)
        {
            if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds))
            {
                return seconds <= NetworkHeader.LastTime ? seconds : null;
            }

            bool sound = DateTimeOffset.TryParseExact(
                value,
                _timeForms,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out DateTimeOffset time);
            return sound && time >= DateTimeOffset.UnixEpoch ? time.ToUnixTimeSeconds() : null;
        }

        private InputException Fault(string? key, string what) => new($"{file}:{_line}", key, what);
    }
}
