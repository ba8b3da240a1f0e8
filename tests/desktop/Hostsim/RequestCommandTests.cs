using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Requests;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Programs that answer requests, with the machine's own shell.</summary>
public sealed class RequestCommandTests : IRequestsHost, IDisposable
{
    private const int Patience = 60_000;

    private static readonly byte[] _key = [.. Enumerable.Repeat((byte)7, KeyText.KeySize)];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly StringWriter _output = new();
    private readonly LiveTimeline _timeline;
    private readonly BlockingCollection<(long Number, string Response)> _responses = [];
    private RequestCommand? _command;
    private bool _isLate;

    public RequestCommandTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "--request-command needs /bin/sh");
        _timeline = new LiveTimeline(_output, null);
    }

    public void Dispose()
    {
        _command?.Dispose();
        _responses.Dispose();
        Directory.Delete(_folder, true);
    }

    string IRequestsHost.LabelOf(string key) => "a label; $(false)";

    string IRequestsHost.NameOf(string key) => "peer";

    bool IRequestsHost.Respond(long number, byte[]? response)
    {
        _responses.Add((number, response == null ? "none" : Encoding.UTF8.GetString(response)));
        return !_isLate;
    }

    [Fact]
    public void The_body_is_the_input_and_the_output_is_the_answer()
    {
        Start("""printf '%s|%s|%s|' "$SPORE_KEY" "$SPORE_LABEL" "$SPORE_RESPONSE"; cat""");
        Send(5, "the body\n");
        Assert.Equal($"{KeyText.Format(_key)}|a label; $(false)|1|the body\n", Response(5));
        WaitFor("request          of peer, 9 B: answered with 74 B");
    }

    [Fact]
    public void An_empty_body_and_an_empty_answer_are_whole()
    {
        Start("cat");
        Send(5, "");
        Assert.Equal("", Response(5));
    }

    [Fact]
    public void Where_no_answer_is_wanted_the_program_runs_too()
    {
        string path = Path.Combine(_folder, "ran");
        Start($"echo $SPORE_RESPONSE >{path}; cat");
        Send(0, "body");
        WaitFor("request          of peer, 4 B: no answer wanted");
        Assert.Equal("0\n", File.ReadAllText(path));
        Assert.Empty(_responses);
    }

    [Fact]
    public void A_program_need_not_read_its_input_and_its_exit_code_and_errors_are_told()
    {
        Start("printf 'one\\n\\033[31mtwo' >&2; echo out; exit 3");
        Send(5, new string('x', 65536));
        Assert.Equal("out\n", Response(5));
        WaitFor("request          of peer, 65.5 kB: answered with 4 B; exit code 3");
        Assert.Contains("stderr           for peer: one\n", Told());
        Assert.Contains("stderr           for peer: ?[31mtwo\n", Told());
    }

    [Theory]
    [InlineData(65536, true)]
    [InlineData(65537, false)]
    [InlineData(1_000_000_000, false)]
    public void An_answer_has_at_most_65536_bytes(int length, bool isAnswered)
    {
        Start($"head -c {length} /dev/zero");
        Send(5, "");
        if (isAnswered)
        {
            Assert.Equal(length, Response(5).Length);
        }
        else
        {
            WaitFor("request failed   of peer, 0 B: the program wrote more than 65536 bytes; it gets no answer");
            Assert.Equal("none", Response(5));
        }
    }

    [Theory]
    [InlineData("sleep 1000")]
    [InlineData("sleep 1000 & echo $! >PIDS; sleep 1000")]
    [InlineData("sleep 1000 & echo $! >PIDS; echo started")]
    [InlineData("trap '' TERM HUP; (sleep 1000 & echo $! >PIDS; wait); cat /dev/zero >/dev/null")]
    public void A_program_that_takes_too_long_is_killed_with_its_children_and_has_no_answer(string command)
    {
        string pids = Path.Combine(_folder, "pids");
        Start(command.Replace("PIDS", pids), TimeSpan.FromSeconds(1));
        Send(5, "");
        WaitFor("request failed   of peer, 0 B: the program did not end within 1 s; it gets no answer");
        Assert.Equal("none", Response(5));
        AssertEnds(pids);
    }

    [Fact]
    public void A_child_that_has_left_the_session_keeps_no_request_open()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/setsid"), "needs setsid");
        string pids = Path.Combine(_folder, "pids");
        Start($"setsid sh -c 'echo $$ >{pids}; exec sleep 1000' & exit 0", TimeSpan.FromSeconds(5));
        Send(5, "");
        WaitFor("request failed   of peer, 0 B: the program did not end within 5 s; it gets no answer");
        using Process left = Process.GetProcessById(int.Parse(File.ReadAllLines(pids).Single()));
        left.Kill();
    }

    [Fact]
    public void Programs_end_with_the_node()
    {
        string pids = Path.Combine(_folder, "pids");
        Start($"sleep 1000 & echo $! >{pids}; wait");
        Send(5, "");
        Assert.True(SpinWait.SpinUntil(() => File.Exists(pids) && new FileInfo(pids).Length > 0, Patience));
        _command!.Dispose();
        AssertEnds(pids);
    }

    [Fact]
    public void Eight_run_at_one_time_four_of_one_member_and_the_others_wait()
    {
        string gate = Path.Combine(_folder, "gate");
        Start($"echo >{_folder}/$(cat); while [ ! -e {gate} ]; do sleep 0.05; done");
        for (int i = 0; i < 6; i++)
        {
            Send(0, $"a{i}");
        }

        for (byte i = 0; i < 6; i++)
        {
            Send(10 + i, $"b{i}", [.. Enumerable.Repeat((byte)(100 + i), KeyText.KeySize)]);
        }

        Assert.True(SpinWait.SpinUntil(() => Directory.GetFiles(_folder).Length == 8, Patience));
        Assert.Equal(["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"], Started());
        File.WriteAllText(gate, "");
        Assert.True(SpinWait.SpinUntil(() => Directory.GetFiles(_folder).Length == 13, Patience));
        for (int i = 0; i < 6; i++)
        {
            Assert.True(_responses.TryTake(out _, Patience, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Requests_without_a_response_that_come_too_fast_are_dropped()
    {
        Start("sleep 1000");
        for (int i = 0; i < 13; i++)
        {
            Send(0, "body");
        }

        WaitFor("request dropped  of peer, 4 B: too many requests wait for a program");
        Assert.Single(Told().Split('\n'), l => l.Contains("dropped", StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_of_any_number_keep_no_other_line_out_of_the_log()
    {
        Start("i=0; while [ $i -lt 1000 ]; do echo error >&2; i=$((i+1)); done");
        Send(5, "");
        WaitFor("request          of peer, 0 B: answered with 0 B");
        int errors = Told().Split('\n').Count(l => l.EndsWith("error", StringComparison.Ordinal));
        Assert.InRange(errors, 1, LimitedLog.Burst);
    }

    [Fact]
    public void An_answer_that_nobody_waits_for_is_told()
    {
        _isLate = true;
        Start("echo out");
        Send(5, "");
        WaitFor("request          of peer, 0 B: the answer is too late");
    }

    private static void AssertEnds(string pids)
    {
        string[] ids = File.Exists(pids) ? File.ReadAllLines(pids) : [];
        foreach (string id in ids)
        {
            // A zombie has ended too, and nobody may collect it here.
            string stat = $"/proc/{id}/stat";
            Assert.True(SpinWait.SpinUntil(() => !File.Exists(stat) || Stat(stat).Contains(") Z "), Patience));
        }
    }

    private static string Stat(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ") Z ";
        }
    }

    private void Start(string command, TimeSpan? patience = null)
    {
        _command = new RequestCommand(command, this, NewLog(), NewLog(), patience);
    }

    private LimitedLog NewLog() => new(_timeline, () => 0);

    private void Send(long number, string body, byte[]? key = null)
    {
        byte[] buffer = [0, .. Encoding.UTF8.GetBytes(body), 0];
        _command!.Handle(number, [0, .. key ?? _key], 1, buffer, 1, buffer.Length - 2);

        // The body is only valid during the call.
        Array.Fill(buffer, (byte)'!');
    }

    private string Response(long number)
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Assert.True(_responses.TryTake(out (long Number, string Response) response, Patience, cancel), Told());
        Assert.Equal(number, response.Number);
        return response.Response;
    }

    private IEnumerable<string> Started() =>
        Directory.GetFiles(_folder).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal);

    private string Told()
    {
        _timeline.Flush(Patience);
        return string.Concat(
            _output.ToString().Split('\n').Where(l => l.Length > 31).Select(l => l[31..] + "\n"));
    }

    private void WaitFor(string line)
    {
        Assert.True(
            SpinWait.SpinUntil(() => Told().Contains(line + "\n", StringComparison.Ordinal), Patience), Told());
    }
}
