using System;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Spore.Hostsim.Uapi;

/// <summary>
/// One client: an operation after the other, each with its answer (https://www.wireguard.com/xplatform/). The device is
/// only asked once an operation has been read whole.
/// </summary>
/// <param name="stream">The connection.</param>
/// <param name="device">The node.</param>
/// <param name="patience">
/// How long the client may take to say an operation, which starts again while a long one is read, and then to take its
/// answer. What the node takes does not count.
/// </param>
internal sealed class UapiConnection(Stream stream, IUapiDevice device, TimeSpan patience)
{
    /// <summary>The folder where <c>wg</c> looks for socket files.</summary>
    public const string Folder = "/var/run/wireguard";

    /// <summary>How long a client of a socket file usually may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // What showconf writes of the largest network, and as many prefixes by hand, is two thirds of it.
    private const int MostLines = 1 << 16;
    private const int LinesOfProgress = 1024;

    /// <summary>Serves the client until it goes, is too slow, or says what can't be understood.</summary>
    /// <param name="stop">Ends it at once.</param>
    /// <returns>The end of the service.</returns>
    public async Task Serve(CancellationToken stop)
    {
        using CancellationTokenSource timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using LineReader reader = new(stream);
        bool goesOn = true;
        while (goesOn)
        {
            timer.CancelAfter(patience);
            using UapiText answer = new();
            goesOn = await Operate(reader, answer, timer);
            timer.CancelAfter(patience);
            await stream.WriteAsync(answer.Bytes, timer.Token);
        }
    }

    /// <summary>Reads an operation and does it.</summary>
    /// <returns>Whether another one may follow.</returns>
    private async Task<bool> Operate(LineReader reader, UapiText answer, CancellationTokenSource timer)
    {
        CancellationToken cancel = timer.Token;
        void Progress() => timer.CancelAfter(patience);
        SetParser? set = null;
        UapiException? fault = null;
        bool goesOn = true;
        bool isRead = false;
        try
        {
            if (await reader.Read(cancel) is not { } operation)
            {
                return false;
            }

            isRead = operation.IsEmpty;
            if (operation.Span.SequenceEqual("set=1"u8))
            {
                set = new SetParser();
            }
            else if (!operation.Span.SequenceEqual("get=1"u8))
            {
                throw new InvalidDataException("there are only the operations get=1 and set=1");
            }

            for (int lines = 0; ; lines++)
            {
                if (await reader.Read(cancel) is not { } line)
                {
                    return false;
                }

                if (line.IsEmpty)
                {
                    isRead = true;
                    break;
                }

                if (lines % LinesOfProgress == 0)
                {
                    Progress();
                }

                // More would not be kept anyway.
                fault ??= lines < MostLines
                    ? Take(set, line.Span)
                    : new UapiException(Errno.NoSpace, null, $"a set has more than {MostLines} lines");
            }

            timer.CancelAfter(Timeout.InfiniteTimeSpan);
            fault ??= Do(set, answer);
        }
        catch (InvalidDataException exception)
        {
            fault = new UapiException(Errno.Invalid, null, exception.Message);
            goesOn = false;
            if (!isRead)
            {
                // A client that is answered before it has written all of its request dies of a closed pipe.
                await reader.Drain(cancel, Progress);
            }
        }
        finally
        {
            set?.Request.Wipe();
        }

        if (fault != null)
        {
            device.Refused(fault);
        }

        answer.Line(string.Create(CultureInfo.InvariantCulture, $"errno={-(int)(fault?.Errno ?? Errno.None)}"));
        answer.Line(string.Empty);
        return goesOn;
    }

    private static UapiException? Take(SetParser? set, ReadOnlySpan<byte> line)
    {
        if (set == null)
        {
            return new UapiException(Errno.Invalid, null, "nothing can be said in a get");
        }

        try
        {
            set.Read(line);
            return null;
        }
        catch (UapiException fault)
        {
            return fault;
        }
    }

    private UapiException? Do(SetParser? set, UapiText answer)
    {
        try
        {
            if (set != null)
            {
                device.Set(set.Request);
            }
            else
            {
                DeviceState state = device.Get();
                GetWriter.Write(answer, state);
                state.Wipe();
            }

            return null;
        }
        catch (UapiException fault)
        {
            return fault;
        }
    }
}
