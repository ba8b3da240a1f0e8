using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Transfers;
using Spore.Tftp;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim ask</c>: sends a peer a request and prints its answer (PROTOCOL section 8.4).</summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
/// <param name="input">Standard input, or null where it is a terminal.</param>
internal sealed class AskCommand(TextWriter output, IAnsiConsole? terminal, Stream? input)
    : TransferCommand(output, terminal)
{
    private const string RequestName = "request";
    private const string PeerName = "PEER";

    // In bytes, of a request and of an answer.
    private const int Limit = 65536;

    // In seconds: what the peer gives its application for an answer.
    private const int Patience = 60;

    private readonly Argument<string> _peer = new(PeerName) { Description = PeerHelp };
    private readonly Argument<string?> _body = new("BODY")
    {
        Description = "The request. Without it: standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Makes a command send a request.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_peer);
        command.Add(_body);
        AddOptions(command);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        string? text = parsed.GetValue(_body);
        if (text == null && input == null)
        {
            throw new UsageException("BODY", "there is no request; give it as an argument or as standard input");
        }

        return Run(parsed, PeerName, parsed.GetRequiredValue(_peer), RequestName, false, session =>
        {
            byte[] body = text != null
                ? Encoding.UTF8.GetBytes(text)
                : NodeFiles.Await(() => ReadAll(input!), session.Cancel);
            if (body.Length > Limit)
            {
                throw new HostsimException($"a request has at most {Limit} bytes");
            }

            byte[] answer = Ask(session, body);
            if (!IsJson(parsed))
            {
                Print(answer);
            }

            return answer;
        });
    }

    private static byte[] ReadAll(Stream stream)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[Limit];
        for (int count; all.Length <= Limit && (count = stream.Read(buffer)) > 0;)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    private static byte[] Ask(TransferSession session, byte[] body)
    {
        FileExchange request = new(RequestName, new MemoryStream(body))
        {
            IsWrite = true,
            Size = body.Length,
            WantsResponse = true,
        };
        try
        {
            session.Run(request, RequestName);
        }
        catch (HostsimException) when (IsRefused(request, TftpError.AccessViolation))
        {
            throw new HostsimException(
                $"{session.Peer.Name} refuses the request; it has no handler, or takes requests of members only");
        }

        if (request.Response == 0)
        {
            throw new HostsimException($"{session.Peer.Name} has taken the request, but it gives no answers");
        }

        string name = TftpOptions.ResponsePrefix + request.Response.ToString("x16", CultureInfo.InvariantCulture);
        while (true)
        {
            using MemoryStream answer = new();
            FileExchange response = new(name, answer) { Limit = Limit };
            try
            {
                session.Run(response, name);
                return answer.ToArray();
            }
            catch (HostsimException)
                when (IsRefused(response, TftpError.NotDefined) && request.Seconds < Patience)
            {
                // The answer is not there yet, and may be asked for again.
            }
            catch (HostsimException) when (IsRefused(response, TftpError.FileNotFound))
            {
                throw new HostsimException($"{session.Peer.Name} has taken the request, but has no answer to it");
            }
        }
    }

    private static bool IsRefused(FileExchange exchange, int error) =>
        exchange is { IsDone: true, IsRefused: true } && exchange.Result == error;

    private void Print(byte[] answer)
    {
        Binary.Write(answer);
        if (Terminal != null && (answer.Length == 0 || answer[^1] != '\n'))
        {
            // So that the shell's prompt has a line of its own.
            Output.WriteLine();
        }
    }
}
