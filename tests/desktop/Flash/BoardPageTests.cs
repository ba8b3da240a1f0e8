using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Spore.Tests.Emulator;
using Xunit;

namespace Spore.Tests.Flash;

/// <summary>
/// What boards/esp32/README.md tells people to type is typed here, in a folder with the parts of a
/// checkout that it names.
/// </summary>
public sealed class BoardPageTests
{
    // Of nanoff's options, those that its sources have at baccab8 for what the page does with it.
    private static readonly string[] _nanoffOptions =
        ["--platform", "--target", "--serialport", "--devicedetails", "--update", "--masserase", "--networkdeployment"];

    // In place of what needs a board: commands that only report how they were called, and a write that stays dry.
    private const string WithoutBoard = """
        nanoff() { echo "nanoff $*" >> called; }
        python3() { echo "python3 $*" >> called; }
        ping() { echo "ping $*" >> called; }
        hostsim() { echo "hostsim $*" >> called; }
        flash() { [ "$1" = write ]; command flash "$@" --dry-run | tee -a called; }

        """;

    private const string WithBoard = "unset -f nanoff python3 ping hostsim flash\n";

    private static readonly string[] _page = ["boards", "esp32", "README.md"];

    [Fact]
    public void Every_block_is_of_a_known_kind()
    {
        Assert.Equal(
            ["log", "sh", "sh board"], Page.Blocks(_page).Select(b => b.Info).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_the_page_says_to_type_works_and_what_it_shows_is_what_comes()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("the page is for a shell");
            return;
        }

        using PageShell shell = new("tools/flash", "hostsim", "boards/emulator");
        string firmware = shell.File("firmware/Spore.Firmware/bin/device/Release");
        Directory.CreateDirectory(firmware);
        Directory.CreateSymbolicLink(
            Path.Combine(firmware, "netstandard2.0"), Path.GetDirectoryName(DeviceCode.Firmware)!);
        PeFirmware.WriteZip(shell.File("firmware.zip"), PeFirmware.Files());
        IEnumerable<string> script = Page.Blocks(_page).Select(b => b.Info switch
        {
            "sh" => b.Text,
            "sh board" => WithoutBoard + b.Text + WithBoard,
            _ => "",
        });
        string output = shell.Run(string.Concat(script));
        foreach (string made in new[]
        {
            "shed.bin", "shed.id", "nodes/shed-3.bin", "nodes/shed-3.id", "wifi.json", "root.key",
        })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(shell.File(made)));
        }

        // The lines of the log, but for numbers and keys.
        string log = Mask(Page.Blocks(_page).Single(b => b.Info == "log").Text);
        Assert.Contains(log, Mask(output));

        string[] called = shell.Called;
        Assert.Contains(
            "nanoff --platform esp32 --target ESP32_REV3 --serialport /dev/ttyUSB0 --deploy --image shed.bin --address "
            + "0x1E0000 --suppressnanoffversioncheck",
            called);
        Assert.All(
            called.Where(c => c.StartsWith("nanoff ") && !c.Contains("--suppressnanoffversioncheck"))
                .SelectMany(c => c.Split(' ').Where(a => a.StartsWith("--"))),
            option => Assert.Contains(option, _nanoffOptions));
        Assert.Contains("ping 10.77.0.2", called);
    }

    private static string Mask(string text) =>
        Regex.Replace(Regex.Replace(text, "[A-Za-z0-9+/]{43}=", "KEY"), @"\d+", "N");
}
