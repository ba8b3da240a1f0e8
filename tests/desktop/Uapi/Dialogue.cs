using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Spore.Hostsim.Uapi;

namespace Spore.Tests.Uapi;

/// <summary>A connection of which all that the client says is there from the start, in pieces of any size.</summary>
internal sealed class Dialogue(byte[] said, int piece = int.MaxValue) : Stream
{
    /// <summary>What a client has where its patience is not the subject: other tests may hold up all threads.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly MemoryStream _answers = new();
    private int _at;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Says something to a device and hears the answers.</summary>
    public static string With(IUapiDevice device, string said, int piece = int.MaxValue) =>
        With(device, Encoding.Latin1.GetBytes(said), piece);

    public static string With(IUapiDevice device, byte[] said, int piece = int.MaxValue) =>
        With(device, said, piece, Patience);

    public static string With(IUapiDevice device, byte[] said, int piece, TimeSpan patience)
    {
        using Dialogue dialogue = new(said, piece);
        Task end = new UapiConnection(dialogue, device, patience).Serve(CancellationToken.None);

        // Nothing in it waits.
        end.GetAwaiter().GetResult();
        return Encoding.ASCII.GetString(dialogue._answers.ToArray());
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int size = Math.Min(Math.Min(count, piece), said.Length - _at);
        said.AsSpan(_at, size).CopyTo(buffer.AsSpan(offset));
        _at += size;
        return size;
    }

    /// <summary>How many bytes were read before the first answer.</summary>
    public int ReadBeforeAnswer { get; private set; } = -1;

    public override void Write(byte[] buffer, int offset, int count)
    {
        ReadBeforeAnswer = ReadBeforeAnswer < 0 ? _at : ReadBeforeAnswer;
        _answers.Write(buffer, offset, count);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
