using System;
using System.IO;
using Spore.Emulator;
using Spore.Flash;
using Spore.Tests.Hostsim;
using Xunit;

namespace Spore.Tests;

/// <summary>
/// A wrong command line of any program: exit code 2, and one line that names the nearest command or option.
/// </summary>
public class UsageTests
{
    [Theory]
    [InlineData("flash: no command was given; there are new, show, certify (see flash root --help)", "root")]
    [InlineData("flash: 'nod' is not a command here; did you mean 'node'? (see flash --help)", "nod", "new")]
    [InlineData("flash: 'bord' is not a command here; did you mean 'boards'? (see flash --help)", "bord")]
    [InlineData("flash: 'ndoe' is not a command here; did you mean 'node'? (see flash --help)", "ndoe")]
    [InlineData("flash: 'Sing' is not a command here; did you mean 'sign'? (see flash --help)", "Sing", "n.ini")]
    [InlineData("flash: 'shw' is not a command here; did you mean 'show'? (see flash node --help)", "node", "shw")]
    [InlineData("flash: 'frobnicate' is not a command here (see flash --help)", "frobnicate")]
    [InlineData("flash: 'x' is not an argument here (see flash boards --help)", "boards", "x")]
    [InlineData("flash: '--hlep' is not an option here; did you mean '--help'? (see flash --help)", "--hlep")]
    [InlineData(
        "flash: '--kye' is not an option here; did you mean '--key'? (see flash sign --help)",
        "sign", "n.ini", "--kye", "root.key")]
    [InlineData(
        "flash: '--rot' is not an option here; did you mean '--root'? (see flash check --help)",
        "check", "--rot", "root.key", "n.spore")]
    [InlineData("flash: an argument is empty (see flash --help)", "")]
    public void Flash_suggests(string expected, params string[] args) => AssertRefuses(expected, Flash, args);

    [Theory]
    [InlineData("hostsim: 'nod' is not a command here; did you mean 'node'? (see hostsim --help)", "nod")]
    [InlineData(
        "hostsim: '--identty' is not an option here; did you mean '--identity'? (see hostsim node --help)",
        "node", "--identty", "x")]
    [InlineData(
        "hostsim: '--nodse' is not an option here; did you mean '--nodes'? (see hostsim --help)",
        "--nodse", "3")]
    [InlineData(
        "hostsim: --default-route: there is no interface to route into; add --tun NAME (see hostsim node --help)",
        "node", "--identity", "x", "--default-route")]
    [InlineData(
        "hostsim: --log-level: 'verbose' is not one of error, warning, notice, info, debug (see hostsim node --help)",
        "node", "--identity", "x", "--log-level", "verbose")]
    [InlineData(
        "hostsim: --log-level: '3' is not one of error, warning, notice, info, debug (see hostsim node --help)",
        "node", "--identity", "x", "--log-level", "3")]
    [InlineData(
        "hostsim: --log-format: 'JSON' is not text or json (see hostsim node --help)",
        "node", "--identity", "x", "--log-format", "JSON")]
    [InlineData("hostsim: an argument is empty (see hostsim node --help)", "node", "--identity", "")]
    public void Hostsim_suggests(string expected, params string[] args) => AssertRefuses(expected, Hostsim, args);

    [Theory]
    [InlineData("emulator: no command was given; there are run, profile, bench (see emulator --help)")]
    [InlineData("emulator: 'rnu' is not a command here; did you mean 'run'? (see emulator --help)", "rnu", "x.dll")]
    [InlineData(
        "emulator: '--heep' is not an option here; did you mean '--heap' or '--help'? (see emulator run --help)",
        "run", "--heep", "3", "x.dll")]
    [InlineData(
        "emulator: '--jsn' is not an option here; did you mean '--json'? (see emulator bench --help)",
        "bench", "--jsn")]
    [InlineData("emulator: --rows must be 1 or more (see emulator profile --help)", "profile", "x", "--rows", "0")]
    [InlineData("emulator: --limit must be 1 or more (see emulator run --help)", "run", "x", "--limit", "0")]
    [InlineData(
        "emulator: --rendezvous: 'gate' is not host:port, address:port or [IPv6]:port (see emulator run --help)",
        "run", "x", "--rendezvous", "gate")]
    public void The_emulator_suggests(string expected, params string[] args) => AssertRefuses(expected, Emulator, args);

    [Fact]
    public void Behind_two_dashes_an_argument_may_look_like_an_option()
    {
        (int code, string _, string error) = Flash("check", "--root", new string('1', 64), "--", "--rot");
        Assert.Equal((1, $"flash: --rot: no such file{Environment.NewLine}"), (code, error));
    }

    [Fact]
    public void Help_is_given_whatever_else_is_wrong()
    {
        (int code, string output, string error) = Flash("sign", "--frob", "--help");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Usage:", output);
    }

    private static void AssertRefuses(
        string expected, Func<string[], (int Code, string Output, string Error)> program, string[] args)
    {
        Assert.Equal((2, "", expected + Environment.NewLine), program(args));
    }

    private static (int Code, string Output, string Error) Flash(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = FlashCommand.Run(args, new Terminal(output, error), DateTimeOffset.UnixEpoch);
        return (code, output.ToString(), error.ToString());
    }

    private static (int Code, string Output, string Error) Hostsim(string[] args)
    {
        Run run = Run.Of(args);
        return (run.ExitCode, run.Output, run.Error);
    }

    private static (int Code, string Output, string Error) Emulator(string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = EmulatorCommand.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
