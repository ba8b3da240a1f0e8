using System.IO;

namespace Spore.Tests.Interop;

/// <summary>
/// TFTP inside the tunnel with stock curl, whose exit codes tell TFTP's errors apart (curl's manual page).
/// </summary>
/// <param name="lab">The lab.</param>
/// <param name="stock">The node it runs beside.</param>
/// <param name="server">Whose files it reads and writes.</param>
/// <param name="options">More options of curl's.</param>
internal sealed class Curl(Lab lab, StockNode stock, Member server, params string[] options)
{
    /// <summary>There is no such file.</summary>
    public const int NotFound = 68;

    /// <summary>Access is denied.</summary>
    public const int Denied = 69;

    /// <summary>The disk is full, or the file is too large.</summary>
    public const int DiskFull = 70;

    /// <summary>The file exists already.</summary>
    public const int Exists = 73;

    /// <summary>Reads a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">What was read.</param>
    /// <returns>How curl ended.</returns>
    public Command Read(string name, out byte[] bytes)
    {
        string path = Path.Combine(lab.Folder, "read");
        File.Delete(path);
        Command command = Run("-o", path, Url(name));
        bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        return command;
    }

    /// <summary>Writes a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">What it is to hold.</param>
    /// <returns>How curl ended.</returns>
    public Command Write(string name, byte[] bytes)
    {
        return Run("-T", lab.File("written", bytes), Url(name));
    }

    /// <summary>Starts to write a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">What it is to hold.</param>
    /// <returns>The running program.</returns>
    public RunningProgram StartWrite(string name, byte[] bytes)
    {
        return stock.Machine.Start(Arguments("-T", lab.File("written", bytes), Url(name)));
    }

    private Command Run(params string[] arguments)
    {
        return stock.Machine.Run(Arguments(arguments));
    }

    private string[] Arguments(params string[] arguments)
    {
        return ["curl", "-sSv", "--max-time", "50", .. options, .. arguments];
    }

    // The zone's percent sign is escaped in a URL (RFC 6874).
    private string Url(string name)
    {
        return $"tftp://[{stock.Scoped(server).Replace("%", "%25")}]/{name}";
    }
}
