using Spore.Base;

namespace Spore.WireGuard;

// The limits on handshakes with unknown keys (PROTOCOL section 4.6). All but the shared bucket hold only where a
// multiplication takes time: without that each turn is over when it begins.
public sealed partial class Tunnel
{
    // The bucket that all unknown keys share: that of 0:0:0:1::/64, where nobody is.
    private const ulong UnknownKeys = 1;

    // The work for a handshake with an unknown key, in quarters of a multiplication: es, ss, ee and se, half of one for
    // e, and a quarter for the rest of each message.
    private const int UnknownQuarters = 20;

    // Likewise, for an initiation that is dropped behind es.
    private const int DroppedQuarters = 5;

    // Likewise, for an initiation of the node's own: e, es and ss.
    private const int InitiationQuarters = 11;

    // How far the work for unknown keys may be ahead of its half before initiations from sources of known peers wait,
    // in milliseconds.
    private const int UnknownLead = 10000;

    // The time in which an unknown source is given one handshake, and the one for which its later initiations belong to
    // it, in milliseconds.
    private const int UnknownSourceInterval = 30000;
    private const int UnknownSourcePatience = 20000;

    // The time in which a source is asked once, in milliseconds.
    private const int AskedSourceInterval = 15000;

    // When it is the turn of unknown keys again, so that they get half of the time; when a packet may suggest to ask
    // one; and when this node may initiate to one for its own reasons.
    private long _unknownDue;
    private long _provokeUnknownDue;
    private long _initiateUnknownDue;

    // The unknown source that was asked last because of a packet, until it has initiated; 0 for none.
    private ulong _askedSource;

    // The source of the last initiation that was accepted; 0 once one of an unknown source is worked on, until that is
    // accepted too. And when one of an unknown source was last worked on.
    private ulong _unknownSource;
    private long _unknownAt;

    /// <summary>
    /// When a provisional peer may be asked again because of a packet (PROTOCOL section 4.6).
    /// </summary>
    /// <param name="source">Where it would be asked.</param>
    /// <returns>When, in milliseconds on the monotonic clock.</returns>
    public long ProvokeUnknownDue(Endpoint source)
    {
        return Later(_provokeUnknownDue, _limiter.FullAt(AskedKeyOf(RateLimiter.KeyOf(source))));
    }

    // Beside the bucket that a source has under load, there is one for its initiations as an unknown source, and one
    // for being asked. No address in use has bits that make these keys.
    private static ulong InitiatedKeyOf(ulong source)
    {
        return ~source;
    }

    private static ulong AskedKeyOf(ulong source)
    {
        return source ^ 0x5555555555555555;
    }

    // Whether a known peer is at a source, as far as it is known.
    private bool IsKnownSource(ulong source)
    {
        for (int i = 0; i < Peers.Length; i++)
        {
            if (Peers[i].InUse && !Peers[i].IsProvisional && RateLimiter.KeyOf(Peers[i].Endpoint) == source)
            {
                return true;
            }
        }

        return false;
    }

    // Whether an initiation from a source may be worked on.
    private bool IsTurnOf(ulong source, bool isUnknown, long now)
    {
        bool isUrgent = _host.HasUrgentWork;
        if (!isUnknown)
        {
            return now >= _unknownDue - (isUrgent ? 0 : UnknownLead);
        }

        long next = _limiter.FullAt(InitiatedKeyOf(source));
        bool isSame = source == _unknownSource && next - now > UnknownSourceInterval - UnknownSourcePatience;
        bool isDue = isSame ? now - _unknownAt >= Constants.LongestAnswer : next <= now && _unknownDue <= now;

        // One that was asked with an old timestamp initiates by itself.
        return (isDue || source == _askedSource) && !isUrgent;
    }

    // Should be called before an initiation from an unknown source is worked on.
    private void NoteWorked(ulong source, long now)
    {
        if (source == _askedSource)
        {
            _askedSource = 0;
            _provokeUnknownDue = Later(_provokeUnknownDue, now) + TurnFor(UnknownQuarters);
        }

        _limiter.Allow(InitiatedKeyOf(source), UnknownSourceInterval, now);
        _unknownSource = 0;
        _unknownAt = now;
    }

    // Should be called before an unknown key is asked because of a packet.
    private void NoteAsked(ulong source, long now)
    {
        ChargeProvoked(InitiationQuarters, now);
        _askedSource = source;
        if (_multiplicationTime > 0)
        {
            _limiter.Allow(AskedKeyOf(source), AskedSourceInterval, now);
        }
    }

    // Should be called before this node initiates to an unknown key for its own reasons.
    private void NoteInitiated(long now)
    {
        ChargeUnknown(UnknownQuarters, now);
        if (_multiplicationTime > 0)
        {
            // Or it would take each turn the moment that it comes, and no other unknown key would get one.
            _initiateUnknownDue = _unknownDue + Constants.RekeyTimeout + Constants.RekeyTimeoutJitter;
        }
    }

    // Should be called before work for an unknown key, or for what may be one, with its length in quarters of a
    // multiplication: then it is the turn of others for as long as that takes.
    private void ChargeUnknown(int quarters, long now)
    {
        _unknownDue = Later(_unknownDue, now) + TurnFor(quarters);
    }

    // Likewise for an unknown key that a packet suggests to ask. Unknown sources wait for this, and not this for them.
    private void ChargeProvoked(int quarters, long now)
    {
        ChargeUnknown(quarters, now);
        _provokeUnknownDue = Later(_provokeUnknownDue, now) + TurnFor(quarters);
    }

    // How long it is the turn of others after some quarters, counted from their begin.
    private long TurnFor(int quarters)
    {
        return quarters * _multiplicationTime / 2;
    }
}
