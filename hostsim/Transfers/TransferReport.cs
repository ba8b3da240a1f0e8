using System;
using System.Collections.Generic;
using System.Text;
using Spore.Hostsim.Display;
using Spore.Signing;

namespace Spore.Hostsim.Transfers;

/// <summary>The result of a command as one JSON object.</summary>
internal static class TransferReport
{
    /// <summary>Writes the object.</summary>
    /// <param name="name">The file's name at the peer, as the command line has it.</param>
    /// <param name="peer">The peer, or null where it is not known.</param>
    /// <param name="exchange">The exchange that the command ended with, or null where none began.</param>
    /// <param name="fault">What went wrong, or null.</param>
    /// <param name="answer">The answer to a request, or null.</param>
    /// <returns>The text, with a line break at its end.</returns>
    public static string Write(
        string name, RemotePeer? peer, FileExchange? exchange, string? fault, byte[]? answer = null)
    {
        Dictionary<string, object?> report = new()
        {
            ["name"] = exchange?.Name ?? name,
            ["peer"] = peer == null ? null : KeyText.Format(peer.Key),
            ["bytes"] = exchange?.Position ?? 0,
            ["seconds"] = Math.Round(exchange?.Seconds ?? 0, 3),
            ["blksize"] = exchange?.BlockSize ?? 0,
            ["window"] = exchange?.Window ?? 0,
            ["result"] = fault == null ? "ok" : "error",
        };
        if (fault != null)
        {
            bool isPeers = exchange is { IsDone: true, IsRefused: true };
            report["code"] = isPeers ? exchange!.Result : null;
            report["text"] = isPeers ? exchange!.PeerText : fault;
        }

        if (answer != null)
        {
            string? text = TextOf(answer);
            report[text == null ? "answerBase64" : "answer"] = text ?? Convert.ToBase64String(answer);
        }

        return JsonText.Indented(report) + "\n";
    }

    private static string? TextOf(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
