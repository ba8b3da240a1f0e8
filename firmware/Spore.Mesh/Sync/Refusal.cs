using Spore.SignedNetwork;
using Spore.Tftp;

namespace Spore.Sync;

/// <summary>
/// The answer to a peer whose file is refused: the error code, and a text for the person who reads it.
/// </summary>
internal static class Refusal
{
    private static readonly string _membersOnly = "Only members of the network may read this";
    private static readonly string _notWritable = "This file can't be written";
    private static readonly string _notText = "Not a text file: use mode octet";
    private static readonly string _busy = "Another transfer is under way, try again";
    private static readonly string _malformed = "Refused: malformed network file";
    private static readonly string _signature = "Refused: not signed by the trust root";
    private static readonly string _older = "Refused: not newer than the network held";
    private static readonly string _equivocation = "Refused: another network has this version";
    private static readonly string _floor = "Refused: older than this node may accept";
    private static readonly string _expired = "Refused: expired";
    private static readonly string _otherVersion = "Refused: a proof for another version, exchange head first";
    private static readonly string _tooLarge = "Refused: larger than this node can hold";

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

    /// <summary>Netascii would change the bytes of the file.</summary>
    internal static int NotText(TftpTransfer transfer)
    {
        return Tell(transfer, TftpError.NotDefined, _notText);
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
            case NetworkFault.OtherVersion:
                return Tell(transfer, TftpError.FileAlreadyExists, _otherVersion);
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

    private static int Tell(TftpTransfer transfer, int code, string text)
    {
        transfer.ErrorText = text;
        return code;
    }
}
