using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// Sessions from the first message to wiped keys, in both roles and with every kind of traffic: who says what, and
/// when (paper section 6).
/// </summary>
public class LifeTests
{
    private static readonly Dictionary<string, string> _lives = new()
    {
        ["initiator, nobody talks"] =
            """
            0             initiate      initiation
            0             < response    keepalive
            540           -             wiped
            """,
        ["initiator, sends and is answered by keepalives, the rekey is not answered"] =
            """
            0             send          initiation
            0             < response    data
            10            < keepalive   -
            60            send          data
            70            < keepalive   -
            119.999       send          data
            120           send          data initiation
            +5~ until 105.4  -          initiation
            300           send          initiation
            +5~ until 90  -             initiation
            540           -             wiped
            600           send          initiation
            600.1         < response    data
            601           < keepalive   -
            1140.1        -             wiped
            """,
        ["initiator, sends and is answered by keepalives, the rekey is answered late"] =
            """
            0             send          initiation
            0             < response    data
            10            < keepalive   -
            120           send          data initiation
            +5~           -             initiation
            +5~           -             initiation
            +1            send          data
            +1            < response    keepalive
            +118          send          data
            +1            < keepalive   -
            +1            send          data initiation
            +0            < response    keepalive
            +540          -             wiped
            """,
        ["initiator, sends when the session is over"] =
            """
            0             initiate      initiation
            0             < response    keepalive
            180           send          initiation
            180           < response    data
            190           < keepalive   -
            720           -             wiped
            """,
        ["initiator, sends and hears nothing"] =
            """
            0             send          initiation
            0             < response    data
            +1            send          data
            15~           -             initiation
            +1            send          data
            +3            send          data
            +1~           -             initiation
            +1            < response    keepalive
            +50           send          data
            +15~          -             initiation
            +0.5          < keepalive   -
            +4.5~         -             initiation
            +0.1          < response    keepalive
            +540          -             wiped
            """,
        ["initiator, hears data, the rekey is not answered"] =
            """
            0             initiate      initiation
            0             < response    keepalive
            5             < data        -
            15            -             keepalive
            16            < data        -
            20            < data        -
            26            -             keepalive
            36            -             keepalive
            109.999       < data        -
            119.999       -             keepalive
            120           < data        -
            130           -             keepalive initiation
            +5~ until 90  -             initiation
            540           -             wiped
            """,
        ["initiator, hears data late"] =
            """
            0             initiate      initiation
            0             < response    keepalive
            164.999       < keepalive   -
            165           < data        initiation
            166           < data        -
            170~          -             initiation
            +5~           -             initiation
            +1            < response    keepalive
            +540          -             wiped
            """,
        ["initiator, hears data when the session is over"] =
            """
            0             initiate      initiation
            0             < response    keepalive
            180           < data        -
            180           < keepalive   -
            540           -             wiped
            """,
        ["initiator, both talk and every rekey is answered"] =
            """
            0             send          initiation
            0             < response    data
            9             < data        -
            18            send          data
            27            < data        -
            36            send          data
            46            < keepalive   -
            119           send          data
            120           < data        -
            129           send          data initiation
            129.1         < response    keepalive
            138           < data        -
            147           send          data
            156           < data        -
            166           -             keepalive
            249           send          data
            249.05        < data        -
            249.1         send          data initiation
            249.2         < response    keepalive
            258           < data        -
            267           send          data
            276           < data        -
            286           -             keepalive
            789.2         -             wiped
            """,
        ["initiator, the peer is the first to rekey"] =
            """
            0             initiate      initiation
            0             < response    keepalive
            119           < initiation  response
            121           send          data
            122           < keepalive   -
            123           send          data
            133           < keepalive   -
            297.999       send          data
            298           < keepalive   -
            299           send          initiation
            299           < response    data
            300           < keepalive   -
            839           -             wiped
            """,
        ["initiator, the peer is the first to rekey and does not confirm"] =
            """
            0             initiate      initiation
            0             < response    keepalive
            119           < initiation  response
            121           send          data
            136~          -             initiation
            +5~           -             initiation
            +1            < response    keepalive
            +540          -             wiped
            """,
        ["initiator, kept alive"] =
            """
            0             initiate      initiation
            0             < response    keepalive
            0             keep alive    keepalive
            25            -             keepalive
            30            send          data
            40            < keepalive   -
            65            -             keepalive
            90            -             keepalive
            115           -             keepalive
            140           -             keepalive initiation
            +5~ until 90  -             initiation
            +25           -             initiation
            +5~ until 90  -             initiation
            +25           -             initiation
            +5~ until 90  -             initiation
            +25           -             initiation
            +1            < response    keepalive
            +25           -             keepalive
            """,
        ["responder, nobody talks"] =
            """
            0             < initiation  response
            540           -             wiped
            """,
        ["responder, wants to send before the initiator has"] =
            """
            0             < initiation  response
            1             send          -
            2             send          -
            3             < keepalive   data data
            4             < keepalive   -
            540           -             wiped
            """,
        ["responder, wants to send and the initiator does not confirm"] =
            """
            0             < initiation  response
            1             send          -
            5.333~        -             initiation
            +5~           -             initiation
            +1            < response    data
            +10           < keepalive   -
            +530          -             wiped
            """,
        ["responder, sends and is answered by keepalives"] =
            """
            0             < initiation  response
            0             < keepalive   -
            1             send          data
            11            < keepalive   -
            120           send          data
            130           < keepalive   -
            170           send          data
            179.999       < keepalive   -
            179.999       send          data
            180           send          initiation
            +5~ until 105.4  -          initiation
            540           -             wiped
            """,
        ["responder, sends and hears nothing"] =
            """
            0             < initiation  response
            0             < data        -
            1             send          data
            16~           -             initiation
            +5~           -             initiation
            +1            < response    keepalive
            +119.999      send          data
            +10           < keepalive   -
            +0            send          data initiation
            +0            < response    keepalive
            +540          -             wiped
            """,
        ["responder, hears data"] =
            """
            0             < initiation  response
            0             < data        -
            10            -             keepalive
            120           < data        -
            130           -             keepalive
            164           < data        -
            165           < data        -
            174           -             keepalive
            179           < data        -
            179.999       < data        -
            180           < data        -
            184           -             initiation
            +5~ until 90  -             initiation
            540           -             wiped
            """,
        ["responder, both talk and the peer rekeys"] =
            """
            0             < initiation  response
            0             < data        -
            5             send          data
            15            < keepalive   -
            119           < data        -
            120           send          data
            121           < initiation  response
            122           send          data
            123           < keepalive   -
            124           < data        -
            134           -             keepalive
            240           send          data
            244           < initiation  response
            244.1         < keepalive   -
            250           send          data
            260           < keepalive   -
            784           -             wiped
            """,
        ["responder, the peer begins to rekey and does not confirm"] =
            """
            0             < initiation  response
            0             < data        -
            5             send          data
            15            < keepalive   -
            120           < initiation  response
            125           < initiation  response
            130           send          data
            145~          -             initiation
            +5~           -             initiation
            +1            < response    keepalive
            +540          -             wiped
            """,
        ["responder, kept alive"] =
            """
            0             < initiation  response
            0             < keepalive   -
            0             keep alive    keepalive
            25            -             keepalive
            30            < data        -
            40            -             keepalive
            65            -             keepalive
            90            -             keepalive
            115           -             keepalive
            140           -             keepalive
            165           -             keepalive
            190           -             initiation
            +5~ until 90  -             initiation
            +25           -             initiation
            +1            < initiation  response
            +1            < keepalive   -
            +25           -             keepalive
            """,
    };

    public static IEnumerable<TheoryDataRow<string>> Lives() =>
        _lives.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Lives))]
    public void A_session_is_as_the_table_says(string name) => LifeTable.Run(_lives[name]);
}
