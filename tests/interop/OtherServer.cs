using System.IO;
using System.Text;

namespace Spore.Tests.Interop;

/// <summary>
/// Another TFTP server, on the machine with stock WireGuard: <c>in.tftpd</c> of tftpd-hpa, or <c>atftpd</c>
/// behind <c>inetd</c>.
/// </summary>
internal sealed class OtherServer
{
    /// <summary>That of tftpd-hpa. It has no windows.</summary>
    public const string Hpa = "in.tftpd";

    /// <summary>That of atftpd.</summary>
    public const string Atftpd = "atftpd";

    /// <summary>Starts a server.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="stock">The node it runs beside.</param>
    /// <param name="program">Which one.</param>
    public OtherServer(Lab lab, StockNode stock, string program)
    {
        Folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "tftp")).FullName;
        string[] arguments = program == Hpa
            ?
            [
                program,
                "--listen",
                "--foreground",
                "--ipv6",
                "--user",
                "root",
                "--secure",
                "--create",
                "--permissive",
                "--verbose",
                Folder,
            ]
            : ["inetd", "-i", lab.File("inetd.conf", Encoding.ASCII.GetBytes(InetdLine(program)))];
        lab.Keep(stock.Machine.Start(arguments));
        Wait.Until(
            () => stock.Machine.Ask("ss", "-ulnH", "sport", "=", ":69").Output.Length > 0, $"{program} to listen");
    }

    /// <summary>What has to be installed for a server.</summary>
    /// <param name="program">Which one.</param>
    /// <returns>The programs.</returns>
    public static string[] Programs(string program) => program == Hpa ? [program] : [program, "inetd"];

    /// <summary>The folder that it serves.</summary>
    public string Folder { get; }

    // By itself it can't be bound to a link-local address. It gets the socket as its standard input.
    private string InetdLine(string program) =>
        $"69 dgram udp6 wait root {Requirements.Find(program)} {program} --verbose=7 --logfile /dev/null "
        + $"--user root --group root {Folder}\n";
}
