using System.IO;
using System.Linq;
using System.Text;

namespace Spore.Tests.Interop;

/// <summary>
/// The time of day of the programs that a machine starts from now on, by libfaketime. Their monotonic clock stays.
/// </summary>
internal sealed class Clock
{
    private const string Library = "faketime/libfaketime.so.1";

    private readonly string _file;

    /// <summary>Takes over a machine's clock, which is right at first.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="machine">The machine.</param>
    public Clock(Lab lab, NetworkNamespace machine)
    {
        _file = lab.File($"{machine.Name}.time", "+0"u8);
        string library = Directory.GetDirectories("/usr/lib")
            .Select(d => Path.Combine(d, Library))
            .First(File.Exists);
        machine.Environment =
        [
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", _file),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
    }

    /// <summary>Sets the clock.</summary>
    /// <param name="difference">How far it is off, like <c>+3d</c>.</param>
    public void Set(string difference) => File.WriteAllBytes(_file, Encoding.ASCII.GetBytes(difference));
}
