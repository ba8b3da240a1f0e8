using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Spore.Tests.Emulator;
using Xunit;

namespace Spore.Tests.Flash;

/// <summary>
/// What boards/esp32/README.md tells people to type is typed here, in a folder with the parts of a
/// checkout that it names.
/// </summary>
public sealed class BoardPageTests : IDisposable
{
    // Of nanoff's options, those that its sources have at baccab8 for what the page does with it.
    private static readonly string[] _nanoffOptions =
        ["--platform", "--target", "--serialport", "--devicedetails", "--update", "--masserase", "--networkdeployment"];

    // The commands of the page's aliases, as this build made them. Building is done already.
    private const string Dotnet = """
        #!/usr/bin/env bash
        [ "$1" != build ] || exit 0
        [ "$1 $2" = "run --project" ] || { echo "dotnet $*: not known to this test" >&2; exit 9; }
        name=${3##*/}
        while [ "$1" != -- ]; do shift; done
        shift
        exec "$REAL_DOTNET" "$BUILT/$name.dll" "$@"
        """;

    private const string Prelude = """
        set -euo pipefail
        shopt -s expand_aliases
        export REAL_DOTNET=$(command -v dotnet)
        export PATH=$PWD/bin:$PATH
        """;

    // In place of what needs a board: commands that only tell how they were called, and a write that stays dry.
    private const string WithoutBoard = """
        saved=$(alias -p)
        unalias -a
        nanoff() { echo "nanoff $*" >> called; }
        python3() { echo "python3 $*" >> called; }
        ping() { echo "ping $*" >> called; }
        hostsim() { echo "hostsim $*" >> called; }
        flash() { [ "$1" = write ]; dotnet run --project tools/flash -- "$@" --dry-run | tee -a called; }
        """;

    private const string WithBoard = """
        unset -f nanoff python3 ping hostsim flash
        eval "$saved"
        """;

    private readonly FlashFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static List<(string Info, string Text)> Blocks()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "boards", "esp32", "README.md"))
            .ReplaceLineEndings("\n");
        return [.. Regex.Matches(page, "^```([^\n]*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)
            .Select(m => (m.Groups[1].Value, m.Groups[2].Value))];
    }

    private (int Code, string Output, string Error) Bash(string script)
    {
        ProcessStartInfo start = new("bash", [_folder.Write("script", script)])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BUILT"] = AppContext.BaseDirectory;
        using Process process = Process.Start(start)!;
        System.Threading.Tasks.Task<string> error = process.StandardError.ReadToEndAsync(
            TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [Fact]
    public void Every_block_is_of_a_known_kind()
    {
        Assert.Equal(["log", "sh", "sh board"], Blocks().Select(b => b.Info).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_the_page_says_to_type_works_and_what_it_shows_is_what_comes()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("the page is for a shell");
            return;
        }

        string firmware = _folder.File("firmware/Spore.Firmware/bin/device/Release");
        Directory.CreateDirectory(firmware);
        File.CreateSymbolicLink(Path.Combine(firmware, "netstandard2.0"), Path.GetDirectoryName(DeviceCode.Firmware)!);
        PeFirmware.WriteZip(_folder.File("firmware.zip"), PeFirmware.Files());
        Directory.CreateDirectory(_folder.File("bin"));
        File.SetUnixFileMode(_folder.Write("bin/dotnet", Dotnet), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        StringBuilder script = new(Prelude + "\n");
        foreach ((string info, string text) in Blocks())
        {
            script.Append(info switch
            {
                "sh" => text,
                "sh board" => $"{WithoutBoard}\n{text}{WithBoard}\n",
                _ => "",
            });
        }

        (int code, string output, string error) = Bash(script.ToString());
        Assert.True(code == 0, $"exit code {code}\n{output}\n{error}");
        Assert.Equal("", error);
        foreach (string made in new[]
        {
            "shed.bin", "shed.id", "nodes/shed-3.bin", "nodes/shed-3.id", "wifi.json", "root.key",
        })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File(made)));
        }

        // The lines of the log, but for numbers and keys.
        string log = Mask(Blocks().Single(b => b.Info == "log").Text);
        Assert.Contains(log, Mask(output));

        string[] called = File.ReadAllLines(_folder.File("called"));
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
