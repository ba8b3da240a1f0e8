using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Spore.Signing;

namespace Spore.Hostsim.Live.Programs;

/// <summary>Reads the lines of a stream that may have any content, for people.</summary>
internal static class LineSplitter
{
    /// <summary>The largest length of a line in bytes. The rest of a longer one is dropped.</summary>
    public const int LongestLine = 400;

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="tell">Called for each line that is not empty, without what could act on a terminal.</param>
    /// <param name="cancel">Ends the wait for more.</param>
    /// <returns>When the stream has ended.</returns>
    public static async Task ReadAsync(Stream stream, Action<string> tell, CancellationToken cancel)
    {
        byte[] buffer = new byte[1024];
        byte[] line = new byte[LongestLine];
        int length = 0;
        bool isCut = false;
        int count;
        while ((count = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            for (int i = 0; i < count; i++)
            {
                if (buffer[i] == '\n')
                {
                    Tell(line, length, isCut, tell);
                    (length, isCut) = (0, false);
                }
                else if (length < LongestLine)
                {
                    line[length++] = buffer[i];
                }
                else
                {
                    isCut = true;
                }
            }
        }

        Tell(line, length, isCut, tell);
    }

    private static void Tell(byte[] line, int length, bool isCut, Action<string> tell)
    {
        string text = Encoding.UTF8.GetString(line, 0, length).TrimEnd();
        if (text.Length > 0)
        {
            tell(MessageText.OneLine(text) + (isCut ? "..." : string.Empty));
        }
    }
}
