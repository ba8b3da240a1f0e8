using Spore.Tftp;

namespace Spore.Services;

/// <summary>The text of the file <c>status</c>. Read first: PROTOCOL section 8.3.</summary>
internal static class StatusText
{
    /// <summary>More bytes than the text can have.</summary>
    internal const int MaxSize = 256;

    // A number stands where a '#' is; the state is one of the words. Text in one piece takes least memory.
    private static readonly string _text =
        "state=@\nversion=#\nsessions=#\nuptime=#\ndue_checks=#\ndue_secrets=#\ndue_keys=#\ndue_pairs=#\n\n";

    // In the order of NetworkState.
    private static readonly string _stateWords = "none unconfirmed witness fresh behind expired ";

    /// <summary>Writes the text.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="isNetascii">Whether CR LF ends a line, instead of LF.</param>
    /// <param name="source">The node.</param>
    /// <returns>The length of the text in bytes, less than <see cref="MaxSize"/>.</returns>
    internal static int Emit(byte[] buffer, int offset, bool isNetascii, IStatusSource source)
    {
        int at = offset;
        int numbers = 0;
        for (int i = 0; i < _text.Length; i++)
        {
            char c = _text[i];
            if (c == '@')
            {
                at = EmitWord(buffer, at, source.StatusState);
            }
            else if (c == '#')
            {
                at = Ascii.EmitNumber(buffer, at, source.StatusNumber(numbers)) - 1;
                numbers++;
            }
            else
            {
                if (c == '\n' && isNetascii)
                {
                    buffer[at] = (byte)'\r';
                    at++;
                }

                buffer[at] = (byte)c;
                at++;
            }
        }

        return at - offset;
    }

    private static int EmitWord(byte[] buffer, int at, int word)
    {
        for (int i = 0; word >= 0; i++)
        {
            char c = _stateWords[i];
            if (c == ' ')
            {
                word--;
            }
            else if (word == 0)
            {
                buffer[at] = (byte)c;
                at++;
            }
        }

        return at;
    }
}
