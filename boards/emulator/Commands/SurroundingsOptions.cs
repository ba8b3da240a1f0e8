using System;
using System.CommandLine;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Spore.Signing;

namespace Spore.Emulator;

/// <summary>What a command can put around a device: time, a network, and the records of its flash.</summary>
internal sealed class SurroundingsOptions
{
    private const long JoinTime = 1_000_000;
    private const long LinkCheckEvery = 500_000;
    private const double Forever = 1e9;

    /// <summary>The identity record.</summary>
    public Option<string?> Identity { get; } = new("--identity")
    {
        Description = "Write this identity record into the program, as tools/flash writes it into an image.",
        HelpName = "FILE",
    };

    /// <summary>The rendezvous.</summary>
    public Option<string?> Rendezvous { get; } = new("--rendezvous")
    {
        Description = "Write this rendezvous into the program.",
        HelpName = "HOST:PORT",
    };

    /// <summary>Whether to keep pace with the host's clock.</summary>
    public Option<bool> RealTime { get; } = new("--real-time")
    {
        Description =
            "Keep pace with real time, with the host's UDP for a network; otherwise waiting takes no time, and nobody "
            + "else is there.",
    };

    /// <summary>Where the device's UDP port is.</summary>
    public Option<string?> Listen { get; } = new("--listen")
    {
        Description =
            "With --real-time: the address and port of this machine that stand for the device's. Otherwise any address "
            + "and the device's port.",
        HelpName = "ADDRESS:PORT",
    };

    /// <summary>How fast the device is.</summary>
    public Option<long> Speed { get; } = new("--speed")
    {
        Description = "IL instructions that the device runs in a second.",
        HelpName = "N",
        DefaultValueFactory = _ => DeviceClock.DefaultSpeed,
    };

    /// <summary>How long to run.</summary>
    public Option<double> For { get; } = new("--for")
    {
        Description = "Stop after so many seconds of the device's time.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => Forever,
    };

    /// <summary>Adds all of them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        Speed.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 1 or > 1_000_000_000_000)
            {
                result.AddError("--speed must be 1 to 1000000000000");
            }
        });
        For.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= Forever))
            {
                result.AddError("--for must be more than 0 seconds");
            }
        });
        Listen.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is string text && ListenEndpoint(text, out string? fault) is null)
            {
                result.AddError($"--listen: {fault}");
            }
        });
        Rendezvous.Validators.Add(result =>
        {
            try
            {
                RendezvousRecord.Make(result.GetValueOrDefault<string?>() ?? "");
            }
            catch (InputException e)
            {
                result.AddError($"--rendezvous: {e.What}");
            }
        });
        command.Add(Identity);
        command.Add(Rendezvous);
        command.Add(RealTime);
        command.Add(Listen);
        command.Add(Speed);
        command.Add(For);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Listen) is not null && !result.GetValue(RealTime))
            {
                result.AddError("--listen needs --real-time");
            }
        });
    }

    /// <summary>Makes them.</summary>
    /// <param name="result">The command line.</param>
    /// <returns>
    /// The surroundings. The device has joined its network after a second; at real pace it loses it and comes
    /// back as the host does.
    /// </returns>
    public Surroundings Make(ParseResult result)
    {
        bool isReal = result.GetValue(RealTime);
        DeviceClock clock = new(result.GetValue(Speed), isReal);
        IPEndPoint? listen = result.GetValue(Listen) is string text ? ListenEndpoint(text, out _) : null;
        if (!isReal)
        {
            Surroundings alone = new() { Clock = clock, Address = IPAddress.Loopback };
            alone.At(JoinTime, () => alone.IsLinkUp = true);
            return alone;
        }

        Surroundings made = new()
        {
            Clock = clock,
            Wire = new UdpWire(listen),
            Fill = bytes => RandomNumberGenerator.Fill(bytes),
            Resolve = Find,
        };
        HostLink link = new(listen?.Address ?? IPAddress.Any);
        made.At(JoinTime, Follow);
        return made;

        void Follow()
        {
            made.Address = link.Address();
            made.IsLinkUp = !made.Address.Equals(IPAddress.Any);
            made.At(clock.Now + LinkCheckEvery, Follow);
        }
    }

    /// <summary>Writes the records that are given into a program.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="program">The program.</param>
    /// <exception cref="ProgramException">A file can't be read, or the program has no place for a record.</exception>
    public void WriteRecords(ParseResult result, DeviceProgram program)
    {
        if (result.GetValue(Identity) is string file)
        {
            try
            {
                FlashRecords.WriteIdentity(program, File.ReadAllBytes(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ProgramException(file, $"can't be read ({e.Message.ReplaceLineEndings(" ")})");
            }
        }

        if (result.GetValue(Rendezvous) is string place)
        {
            FlashRecords.WriteRendezvous(program, place);
        }
    }

    private static IPEndPoint? ListenEndpoint(string text, out string? fault)
    {
        PeerEndpoint? endpoint = PeerEndpoint.TryParse(text, EndpointUse.Listen, out fault);
        if (endpoint?.Address is { AddressFamily: AddressFamily.InterNetwork } address)
        {
            return new IPEndPoint(address, endpoint.Port);
        }

        fault ??= $"{MessageText.Quote(text)} has no IPv4 address; the device has no IPv6";
        return null;
    }

    private static IPAddress[] Find(string name)
    {
        try
        {
            return Array.FindAll(Dns.GetHostAddresses(name), a => a.AddressFamily == AddressFamily.InterNetwork);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return [];
        }
    }
}
