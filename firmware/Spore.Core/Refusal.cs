using Spore.Network;
using Spore.Tftp;

namespace Spore;

/// <summary>What a peer is told when a file is refused: the error code, and a text for the person who reads it.</summary>
internal static class Refusal
{
    private static readonly byte[] _membersOnly = Ascii.Bytes("Only members of the network may read this");
    private static readonly byte[] _notWritable = Ascii.Bytes("This file can't be written");
    private static readonly byte[] _busy = Ascii.Bytes("Another transfer is under way, try again");
    private static readonly byte[] _malformed = Ascii.Bytes("Refused: not a sound network file");
    private static readonly byte[] _signature = Ascii.Bytes("Refused: not signed by the trust root");
    private static readonly byte[] _older = Ascii.Bytes("Refused: not newer than the network held");
    private static readonly byte[] _equivocation = Ascii.Bytes("Refused: another network has this version");
    private static readonly byte[] _floor = Ascii.Bytes("Refused: older than this node may accept");
    private static readonly byte[] _expired = Ascii.Bytes("Refused: expired");
    private static readonly byte[] _tooLarge = Ascii.Bytes("Refused: larger than this node can hold");

    /// <summary>The file is for members.</summary>
    internal static int MembersOnly(TftpTransfer transfer)
    {
        return Tell(transfer, TftpError.AccessViolation, _membersOnly);
    }

    /// <summary>There is no such file to write.</summary>
    internal static int NotWritable(TftpTransfer transfer)
    {
        return Tell(transfer, TftpError.AccessViolation, _notWritable);
    }

    /// <summary>The staging buffer is taken.</summary>
    internal static int Busy(TftpTransfer transfer)
    {
        return Tell(transfer, TftpError.NotDefined, _busy);
    }

    /// <summary>A header or a file is not accepted.</summary>
    internal static int Network(TftpTransfer transfer, NetworkFault fault)
    {
        switch (fault)
        {
            case NetworkFault.Older:
                return Tell(transfer, TftpError.FileAlreadyExists, _older);
            case NetworkFault.Equivocation:
                return Tell(transfer, TftpError.FileAlreadyExists, _equivocation);
            case NetworkFault.TooLarge:
                return Tell(transfer, TftpError.DiskFull, _tooLarge);
            case NetworkFault.Signature:
            case NetworkFault.AlreadyRefused:
                return Tell(transfer, TftpError.AccessViolation, _signature);
            case NetworkFault.BelowFloor:
                return Tell(transfer, TftpError.AccessViolation, _floor);
            case NetworkFault.Expired:
                return Tell(transfer, TftpError.AccessViolation, _expired);
            default:
                return Tell(transfer, TftpError.AccessViolation, _malformed);
        }
    }

    private static int Tell(TftpTransfer transfer, int code, byte[] text)
    {
        transfer.ErrorText = text;
        return code;
    }
}
