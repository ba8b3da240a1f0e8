using System.Globalization;
using System.Linq;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>Threads, time, delegates and structures of device programs.</summary>
public class ThreadTests
{
    private const string Usings = "using System; using System.Threading; using nanoFramework.Runtime.Native; ";

    [Fact]
    public void AProgramRunsUntilItsLastThreadEnds()
    {
        string[] lines = SmallProgram.Run(Usings + """
            static class P
            {
                static void Main()
                {
                    Thread t = new Thread(Work);
                    t.Start();
                    Console.WriteLine(string.Concat("alive ", t.IsAlive.ToString()));
                    t.Join();
                    Console.WriteLine(string.Concat("joined ", t.IsAlive.ToString()));
                    new Thread(Last).Start();
                }
                static void Work() { Thread.Sleep(50); Console.WriteLine("worked"); }
                static void Last() { Thread.Sleep(20); Console.WriteLine("last"); }
            }
            """);
        Assert.Equal(["alive True", "worked", "joined False", "last"], lines);
    }

    [Fact]
    public void ThreadsThatWorkTakeTurnsOf20Milliseconds()
    {
        // Each counts until a second is over; they see each other's time pass in steps of a turn.
        string[] lines = SmallProgram.Run(Usings + """
            static class P
            {
                static int _a, _b, _turns; static bool _last;
                static void Main()
                {
                    Thread t = new Thread(Other);
                    t.Start();
                    while (Environment.TickCount64 < 1000) { _a++; if (_last) { _last = false; _turns++; } }
                    t.Join();
                    Console.WriteLine(_a.ToString());
                    Console.WriteLine(_b.ToString());
                    Console.WriteLine(_turns.ToString());
                }
                static void Other()
                {
                    while (Environment.TickCount64 < 1000) { _b++; if (!_last) { _last = true; _turns++; } }
                }
            }
            """);
        int[] counts = [.. lines.Select(l => int.Parse(l, CultureInfo.InvariantCulture))];
        Assert.InRange(counts[0] / (double)counts[1], 0.9, 1.1);
        Assert.InRange(counts[2], 45, 55);
    }

    [Fact]
    public void TheClockStartsIn1970AndMovesInSteps()
    {
        string[] lines = SmallProgram.Run(Usings + """
            static class P
            {
                static void Main()
                {
                    DateTime start = DateTime.UtcNow;
                    Console.WriteLine(string.Concat(start.Year.ToString(), " ", start.ToUnixTimeSeconds().ToString()));
                    long first = Environment.TickCount64;
                    ulong us = nanoFramework.Hardware.Esp32.HighResTimer.GetCurrent();
                    Thread.Sleep(1);
                    Console.WriteLine((Environment.TickCount64 - first).ToString());
                    Thread.Sleep(25);
                    Console.WriteLine((Environment.TickCount64 - first).ToString());
                    Thread.Sleep(3600000);
                    us = nanoFramework.Hardware.Esp32.HighResTimer.GetCurrent() - us;
                    Console.WriteLine((us / 1000000).ToString());
                    long ticks = (DateTime.UtcNow - start).Ticks;
                    bool isSame = ticks == TimeSpan.FromMilliseconds(3600040).Ticks;
                    Console.WriteLine(isSame ? "same" : ticks.ToString());
                }
            }
            """);
        Assert.Equal(["1970 0", "10", "40", "3600", "same"], lines);
    }

    [Fact]
    public void InstructionsTakeTime()
    {
        const string Source = Usings + """
            static class P
            {
                static void Main()
                {
                    for (int i = 0; i < 300000; i++) { }
                    Console.WriteLine(Environment.TickCount64.ToString());
                }
            }
            """;
        using SmallProgram slow = new(Source, surroundings: new Surroundings { Clock = new DeviceClock(1_000_000) });
        using SmallProgram fast = new(Source, surroundings: new Surroundings { Clock = new DeviceClock(10_000_000) });
        Assert.Equal(RunState.Ended, slow.Device.RunFor(60));
        Assert.Equal(RunState.Ended, fast.Device.RunFor(60));

        // Seven instructions a turn.
        Assert.Equal(["2100"], slow.Lines);
        Assert.Equal(["210"], fast.Lines);
    }

    [Fact]
    public void ALockLetsOneThreadInAtATime()
    {
        string[] lines = SmallProgram.Run(Usings + """
            static class P
            {
                static readonly object _gate = new object();
                static int _inside, _worst, _done;
                static void Main()
                {
                    for (int i = 0; i < 3; i++) { new Thread(Work).Start(); }
                    while (_done < 3) { Thread.Sleep(10); }
                    Console.WriteLine(_worst.ToString());
                }
                static void Work()
                {
                    for (int i = 0; i < 5; i++)
                    {
                        lock (_gate)
                        {
                            lock (_gate)
                            {
                                _inside++;
                                if (_inside > _worst) { _worst = _inside; }
                                for (int j = 0; j < 20000; j++) { }
                                _inside--;
                            }
                        }
                    }
                    _done++;
                }
            }
            """);
        Assert.Equal(["1"], lines);
    }

    [Fact]
    public void EventsWakeOneOrAllAndWaitsTimeOut()
    {
        string[] lines = SmallProgram.Run(Usings + """
            static class P
            {
                static readonly AutoResetEvent _one = new AutoResetEvent(false);
                static readonly ManualResetEvent _all = new ManualResetEvent(false);
                static int _ones, _alls;
                static void Main()
                {
                    for (int i = 0; i < 3; i++) { new Thread(One).Start(); new Thread(All).Start(); }
                    Thread.Sleep(50);
                    _one.Set(); _all.Set();
                    Thread.Sleep(50);
                    Console.WriteLine(string.Concat(_ones.ToString(), " ", _alls.ToString()));
                    long before = Environment.TickCount64;
                    Console.WriteLine(new ManualResetEvent(false).WaitOne(100, false).ToString());
                    Console.WriteLine((Environment.TickCount64 - before).ToString());
                    _one.Set(); Thread.Sleep(20); _one.Set();
                }
                static void One() { _one.WaitOne(); _ones++; }
                static void All() { _all.WaitOne(); _alls++; }
            }
            """);
        Assert.Equal(["1 3", "False", "100"], lines);
    }

    [Fact]
    public void AnUnhandledExceptionEndsItsThreadOnly()
    {
        using SmallProgram program = new(Usings + """
            static class P
            {
                static readonly object _gate = new object();
                static void Main()
                {
                    Thread t = new Thread(Fail);
                    t.Start();
                    t.Join();
                    lock (_gate) { Console.WriteLine("goes on"); }
                }
                static void Fail() { Monitor.Enter(_gate); throw new InvalidOperationException("bad"); }
            }
            """);
        Assert.Equal(RunState.Ended, program.Device.RunFor(1));
        Assert.Equal(["goes on"], program.Lines);
        UnhandledException failure = Assert.Single(program.Device.Failures);
        Assert.Equal("System.InvalidOperationException", failure.Type);
        Assert.Equal("bad", failure.Text);
    }

    [Fact]
    public void DelegatesCallOneOrSeveralMethods()
    {
        string[] lines = SmallProgram.Run(Usings + """
            class P
            {
                delegate int D(int x);
                event D Happened;
                int _k;
                static int Twice(int x) { Console.WriteLine("twice"); return 2 * x; }
                int Add(int x) { Console.WriteLine("add"); return x + _k; }
                public virtual int V(int x) { return 1; }
                class Q : P { public override int V(int x) { return 5 + x; } }
                static void Main()
                {
                    P p = new P(); p._k = 7;
                    D d = Twice; Console.WriteLine(d(4).ToString());
                    d = p.Add; Console.WriteLine(d(4).ToString());
                    P q = new Q(); d = q.V; Console.WriteLine(d(1).ToString());
                    p.Happened += Twice; p.Happened += p.Add; p.Happened += q.V;
                    Console.WriteLine(p.Happened(10).ToString());
                    p.Happened -= q.V;
                    Console.WriteLine(p.Happened(10).ToString());
                    p.Happened -= Twice; p.Happened -= p.Add;
                    Console.WriteLine(p.Happened == null ? "none" : "some");
                    try { d = null; d(1); } catch (NullReferenceException) { Console.WriteLine("null"); }
                }
            }
            """);
        Assert.Equal(
            ["twice", "8", "add", "11", "6", "twice", "add", "15", "twice", "add", "17", "none", "null"], lines);
    }

    [Fact]
    public void ATimerFiresAgainAndAgainUntilItIsDisposed()
    {
        string[] lines = SmallProgram.Run(Usings + """
            static class P
            {
                static int _count;
                static void Main()
                {
                    object state = new object();
                    Timer timer = new Timer(Tick, state, 30, 50);
                    Thread.Sleep(205);
                    timer.Dispose();
                    Console.WriteLine(_count.ToString());
                    Thread.Sleep(200);
                    Console.WriteLine(_count.ToString());
                    timer = new Timer(Tick, state, 10, -1);
                    Thread.Sleep(100);
                    timer.Dispose();
                    Console.WriteLine(_count.ToString());
                }
                static void Tick(object state) { if (state != null) { _count++; } }
            }
            """);
        Assert.Equal(["4", "4", "5"], lines);
    }

    [Fact]
    public void TimesAreOneSlotEach()
    {
        string[] lines = SmallProgram.Run(Usings + """
            class P
            {
                DateTime _at; TimeSpan _span;
                static TimeSpan Half(TimeSpan x) { return new TimeSpan(x.Ticks / 2); }
                static void Set(out DateTime x) { x = DateTime.FromUnixTimeSeconds(1700000000); }
                static void Main()
                {
                    P p = new P(); TimeSpan[] spans = new TimeSpan[2]; DateTime at = default;
                    Set(out at); p._at = at + TimeSpan.FromSeconds(5); p._span = Half(p._at - at);
                    spans[1] = p._span;
                    Console.WriteLine(p._at.ToUnixTimeSeconds().ToString());
                    Console.WriteLine(spans[1].Milliseconds.ToString());
                    Console.WriteLine((p._at > at).ToString());
                    Console.WriteLine((DateTime.UnixEpoch == new DateTime(621355968000000000L)).ToString());
                }
            }
            """);
        Assert.Equal(["1700000005", "500", "True", "True"], lines);
    }

    [Fact]
    public void FramesOfAThreadAreOnTheHeap()
    {
        using SmallProgram program = new(Usings + """
            static class P
            {
                static int Deep(int n) { if (n == 0) { Thread.Sleep(100); return 0; } return Deep(n - 1) + 1; }
                static void Work() { Deep(100); }
                static void Main() { new Thread(Work).Start(); Thread.Sleep(1000); }
            }
            """);
        Assert.Equal(RunState.TimeIsUp, program.Device.RunFor(0.01));
        int shallow = program.Device.Machine.Memory.FrameBytes;
        Assert.Equal(RunState.TimeIsUp, program.Device.RunFor(0.05));

        // Seven blocks of header and ten of locals and stack are the least.
        int deep = program.Device.Machine.Memory.FrameBytes;
        Assert.True(deep >= 100 * 17 * HeapBlock.Bytes, $"{deep} bytes of frames");
        Assert.Equal(RunState.TimeIsUp, program.Device.RunFor(0.5));
        Assert.True(program.Device.Machine.Memory.FrameBytes < deep / 10);
        Assert.True(shallow <= deep);
    }

    [Fact]
    public void AProgramThatWaitsForeverIsSeenTo()
    {
        using SmallProgram program = new(
            Usings + "static class P { static void Main() { new ManualResetEvent(false).WaitOne(); } }");
        Assert.Equal(RunState.WaitsForever, program.Device.RunFor(1e6));
    }

    [Fact]
    public void ARebootBeginsAnewFromFlash()
    {
        using SmallProgram program = new(Usings + """
            static class P
            {
                static int _statics = 1;
                static void Main()
                {
                    string boot = string.Concat("boot ", _statics.ToString(), " ");
                    Console.WriteLine(string.Concat(boot, Environment.TickCount64.ToString()));
                    _statics++;
                    Thread.Sleep(1000);
                    Power.RebootDevice();
                    Console.WriteLine("not reached");
                }
            }
            """);
        Assert.Equal(RunState.TimeIsUp, program.Device.RunFor(2.5));
        Assert.Equal(["boot 1 0", "boot 1 0", "boot 1 0"], program.Lines);
        Assert.Equal(3, program.Device.Boots);
    }

    [Fact]
    public void MemoryFiguresAreThoseOfTheHeap()
    {
        string[] lines = SmallProgram.Run(Usings + """
            using nanoFramework.Hardware.Esp32;
            static class P
            {
                static byte[] _kept;
                static void Main()
                {
                    uint before = nanoFramework.Runtime.Native.GC.Run(true);
                    _kept = new byte[12000];
                    uint after = nanoFramework.Runtime.Native.GC.Run(true);
                    Console.WriteLine((before - after).ToString());
                    NativeMemory.GetMemoryInfo(
                        NativeMemory.MemoryType.Internal, out uint total, out uint free, out uint largest);
                    Console.WriteLine(total.ToString());
                    Console.WriteLine((free <= total && largest <= free && largest > 12000).ToString());
                }
            }
            """);
        Assert.Equal(["12024", (100 * 1024 / 12 * 12).ToString(CultureInfo.InvariantCulture), "True"], lines);
    }

    [Fact]
    public void ChanceComesFromTheSurroundings()
    {
        const string Source = Usings + """
            static class P
            {
                static void Main()
                {
                    byte[] b = new byte[8]; new Random().NextBytes(b); ulong x = BitConverter.ToUInt64(b, 0);
                    Console.WriteLine(x.ToString());
                    new Random(5).NextBytes(b); Console.WriteLine((BitConverter.ToUInt64(b, 0) == x).ToString());
                    Console.WriteLine((new Random().Next(10) < 10).ToString());
                }
            }
            """;
        using SmallProgram one = new(Source, surroundings: new Surroundings(3));
        using SmallProgram same = new(Source, surroundings: new Surroundings(3));
        using SmallProgram other = new(Source, surroundings: new Surroundings(4));
        Assert.All([one, same, other], p => Assert.Equal(RunState.Ended, p.Device.RunFor(1)));
        Assert.Equal(one.Lines, same.Lines);
        Assert.NotEqual(one.Lines[0], other.Lines[0]);
        Assert.Equal(["False", "True"], one.Lines[1..]);
    }

    [Theory]
    [InlineData(
        "struct S { public int X; } static class P { static void Main() { S s = new S(); s.X = 1; "
        + "Console.WriteLine(s.X.ToString()); } }",
        "of structures")]
    [InlineData(
        "static class P { static void Main() { try { throw new Exception(\"x\"); } catch (Exception e) when (e.Message "
        + "== \"x\") { } } }",
        "Filter")]
    public void WhatTheEmulatorDoesNotKnowIsSaid(string source, string told)
    {
        using SmallProgram program = new(Usings + source);
        ProgramException e = Assert.Throws<ProgramException>(() => program.Device.RunFor(1));
        Assert.Contains(told, e.Message);
    }

    [Fact]
    public void AMethodOfTheFrameworkThatTheEmulatorDoesNotKnowIsNamed()
    {
        using SmallProgram program = new(
            "static class Program { static void Main() { "
            + "System.Console.WriteLine(System.Text.Encoding.UTF8.GetString(new byte[1], 0, 1)); } }");
        ProgramException exception = Assert.Throws<ProgramException>(() => program.Device.RunFor(1));
        Assert.Contains("System.Text.Encoding::GetString", exception.Message);
    }
}
