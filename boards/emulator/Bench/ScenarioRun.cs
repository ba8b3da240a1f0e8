using System;
using System.IO;

namespace Spore.Emulator;

/// <summary>
/// The scenario of the device tests, moved on from outside: stations on a wire, a datagram or a
/// set of timers at a time.
/// </summary>
internal sealed class ScenarioRun : IDisposable
{
    /// <summary>The device's class that it calls.</summary>
    public const string Type = "Spore.Tests.Device.Scenario";

    private const int Initiation = 1;
    private const int Response = 2;
    private const int TransportData = 4;
    private const string Cipher = "Spore.Crypto.ChaCha20Poly1305";

    private readonly string _tests;

    /// <summary>Makes the stations.</summary>
    /// <param name="file">The assembly of the device tests.</param>
    /// <param name="heap">Bytes of heap.</param>
    /// <param name="stations">How many.</param>
    public ScenarioRun(string file, int heap, int stations)
    {
        Machine = new Machine(new DeviceProgram([file]), heap, TextWriter.Null);
        Machine.Start();
        _tests = Machine.Program.Assemblies[^1].Name.Name;
        Call("Build", Machine.Int(stations));
    }

    /// <summary>Makes two stations for a transfer.</summary>
    /// <param name="file">The assembly of the device tests.</param>
    /// <param name="heap">Bytes of heap.</param>
    /// <param name="isWide">Whether the second reads with a window of 4, and not of 3.</param>
    public ScenarioRun(string file, int heap, bool isWide)
    {
        Machine = new Machine(new DeviceProgram([file]), heap, TextWriter.Null);
        Machine.Start();
        _tests = Machine.Program.Assemblies[^1].Name.Name;
        if (isWide)
        {
            Call("BuildWideReader");
        }
        else
        {
            Call("Build", Machine.Int(2));
        }
    }

    /// <summary>Makes two stations, of which the first has a network.</summary>
    /// <param name="isSparse">Whether it is a part of one of 100,000 entries, or one of 64.</param>
    /// <returns>Whether it took it.</returns>
    public bool BuildJoin(bool isSparse) => Call("BuildJoin", Machine.Int(isSparse ? 1 : 0)).I4 != 0;

    /// <summary>
    /// Lets the second station join the network of the first, from the moment that it is switched on.
    /// </summary>
    /// <param name="isSparse">Whether it is a network of 100,000 entries, or one of 64.</param>
    /// <returns>What the second node took until the network is applied.</returns>
    public Spent? Join(bool isSparse)
    {
        if (!BuildJoin(isSparse))
        {
            return null;
        }

        Spent spent = default;
        while (Version(1) == 0)
        {
            if (Step(60_000) < 0)
            {
                return null;
            }

            spent += Actor == 1 ? LastSpent : default;
        }

        return spent;
    }

    /// <summary>The device that they all are on.</summary>
    public Machine Machine { get; }

    /// <summary>The station that did the last step.</summary>
    public int Actor => Call("Actor").I4;

    /// <summary>What its node took for it.</summary>
    public Spent LastSpent { get; private set; }

    /// <summary>Gives a station a network.</summary>
    /// <param name="station">Which station.</param>
    /// <param name="version">Which of the two networks.</param>
    /// <returns>Whether it took it.</returns>
    public bool Load(int station, int version) => Call("Load", Machine.Int(station), Machine.Int(version)).I4 != 0;

    /// <summary>The version of the network that a station has.</summary>
    /// <param name="station">Which station.</param>
    /// <returns>The version, or 0.</returns>
    public int Version(int station) => Call("Version", Machine.Int(station)).I4;

    /// <summary>How many packets a station has delivered.</summary>
    /// <param name="station">Which station.</param>
    /// <returns>The number.</returns>
    public int Delivered(int station) => Call("Delivered", Machine.Int(station)).I4;

    /// <summary>Sends a packet of 1 KB from the first station to the second.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool SendPacket() => Call("SendPacket").I4 != 0;

    /// <summary>Reads the file of the first station at the second.</summary>
    /// <returns>
    /// What the nodes took for it after the request; or null where there was no session, or no end in a minute.
    /// </returns>
    public (Spent Sent, Spent Received)? Transfer()
    {
        int files = Call("FilesTaken").I4;
        if (Call("Read").I4 == 0)
        {
            return null;
        }

        Spent sent = default;
        Spent received = default;
        while (Call("FilesTaken").I4 == files)
        {
            int step = Step(60_000);
            if (step < 0)
            {
                return null;
            }

            if (step == TransportData)
            {
                sent += Actor == 0 ? LastSpent : default;
                received += Actor == 1 ? LastSpent : default;
            }
        }

        return (sent, received);
    }

    /// <summary>Configures peers at the first station, which are nowhere.</summary>
    /// <param name="count">Their number.</param>
    /// <returns>Whether there was room for all.</returns>
    public bool AddPeers(int count) => Call("AddPeers", Machine.Int(count)).I4 != 0;

    /// <summary>Reads the status of the first station at the second.</summary>
    /// <returns>
    /// What the first took at most for a block, without opening the packet that asks for it and sealing the one that
    /// has it; or null where there was no session, or no end in a minute.
    /// </returns>
    public Spent? ReadStatus()
    {
        int files = Call("FilesTaken").I4;
        if (Call("ReadStatus").I4 == 0)
        {
            return null;
        }

        Spent longest = default;
        while (Call("FilesTaken").I4 == files)
        {
            int step = Step(60_000);
            if (step < 0)
            {
                return null;
            }

            if (step == TransportData && Actor == 0)
            {
                Spent block = LastSpent - SpentIn($"{Cipher}::Open") - SpentIn($"{Cipher}::Seal");
                longest = block.Instructions > longest.Instructions ? block : longest;
            }
        }

        return longest;
    }

    /// <summary>Does the next step.</summary>
    /// <param name="milliseconds">Within how much time.</param>
    /// <returns>The type of the datagram received, 255 for timers, or -1 where there was nothing to do.</returns>
    public int Step(int milliseconds)
    {
        Machine.Calls.Clear();
        int step = Call("Step", Machine.Int(milliseconds)).I4;
        LastSpent = SpentByNode();
        return step;
    }

    /// <summary>Lets time pass.</summary>
    /// <param name="milliseconds">How much.</param>
    public void RunFor(int milliseconds) => Call("Run", Machine.Int(milliseconds));

    /// <summary>Waits for the next handshake.</summary>
    /// <param name="milliseconds">How long.</param>
    /// <returns>
    /// What it took to answer the initiation, and then to make a session of the answer; or null where there was none.
    /// </returns>
    public (Spent Answer, Spent Up)? Handshake(int milliseconds)
    {
        int end = Call("Milliseconds").I4 + milliseconds;
        Spent answer = default;
        Spent up = default;
        int answering = -1;
        int finishing = -1;
        Call("Forget");
        while (Step(end - Call("Milliseconds").I4) is int step && step >= 0)
        {
            int actor = Actor;
            if (step == Initiation && answering < 0)
            {
                answering = actor;
            }

            if (actor == answering && finishing < 0)
            {
                answer += LastSpent;
                if (Call("LastSent").I4 == Response)
                {
                    finishing = 1 - actor;
                    continue;
                }
            }

            if (actor == finishing && (step == Response || up != default))
            {
                up += LastSpent;
                if (Call("HasSession", Machine.Int(actor)).I4 != 0)
                {
                    return (answer, up);
                }
            }
        }

        return null;
    }

    /// <summary>What the nodes took since the tree of calls was cleared, without what surrounds them.</summary>
    /// <returns>The sums.</returns>
    public Spent SpentByNode() =>
        Machine.Calls.Under(
            m => m >= 0 && Machine.Program.Methods[m].Name.StartsWith("Spore.Mesh.Node::", StringComparison.Ordinal),
            IsTest);

    /// <summary>What a method took since the tree of calls was cleared.</summary>
    /// <param name="method">Type, two colons and name.</param>
    /// <returns>The sums, with all that it calls.</returns>
    public Spent SpentIn(string method) =>
        Machine.Calls.Under(m => m >= 0 && Machine.Program.Methods[m].Name == method, _ => false);

    /// <inheritdoc/>
    public void Dispose()
    {
        Machine.Dispose();
        Machine.Program.Dispose();
    }

    private bool IsTest(int method) => Machine.Program.Methods[method].Definition.Module.Assembly.Name.Name == _tests;

    private HeapBlock Call(string method, params ReadOnlySpan<HeapBlock> arguments) =>
        Machine.Call(Machine.Program.FindMethod($"{Type}::{method}"), arguments);
}
