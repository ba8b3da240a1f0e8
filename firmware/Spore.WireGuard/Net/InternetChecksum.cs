using System;

namespace Spore.Net;

/// <summary>The checksum of IP, UDP and ICMP (RFC 1071).</summary>
public static class InternetChecksum
{
    /// <summary>Adds a run of bytes to a sum.</summary>
    /// <param name="sum">What was summed before, 0 at first.</param>
    /// <param name="buffer">The buffer.</param>
    /// <param name="offset">Where the run starts.</param>
    /// <param name="length">Its length in bytes, odd in the last run only.</param>
    /// <returns>The ones' complement sum of the 16-bit words so far, 0 to 0xFFFF.</returns>
    public static int Add(int sum, byte[] buffer, int offset, int length)
    {
        // The sum does not depend on the byte order as long as the result is swapped
        // (RFC 1071 section 2B), so whole words are taken as the machine has them.
        ulong words = 0;
        int i = offset;
        int end = offset + length;
        for (; end - i >= 8; i += 8)
        {
            ulong word = BitConverter.ToUInt64(buffer, i);
            words += (word & 0xFFFFFFFF) + (word >> 32);
        }

        for (; end - i >= 2; i += 2)
        {
            words += BitConverter.ToUInt16(buffer, i);
        }

        if (i < end)
        {
            words += buffer[i];
        }

        words = (words & 0xFFFFFFFF) + (words >> 32);
        words = (words & 0xFFFF) + (words >> 16);
        words = (words & 0xFFFF) + (words >> 16);
        words = (words & 0xFFFF) + (words >> 16);
        int folded = (int)(long)words;
        return Fold(sum + ((folded >> 8) | ((folded & 0xFF) << 8)));
    }

    /// <summary>Begins a sum with the pseudo header of UDP or ICMPv6 (RFC 768, RFC 8200 section 8.1).</summary>
    /// <param name="source">A buffer with the source address.</param>
    /// <param name="sourceOffset">Where it starts.</param>
    /// <param name="destination">A buffer with the destination address.</param>
    /// <param name="destinationOffset">Where it starts.</param>
    /// <param name="addressSize">The length of both, 4 or 16 bytes.</param>
    /// <param name="protocol">The upper layer's protocol number.</param>
    /// <param name="length">The length of the upper layer's packet, below 65536.</param>
    /// <returns>The sum, to be gone on with.</returns>
    public static int PseudoHeader(
        byte[] source,
        int sourceOffset,
        byte[] destination,
        int destinationOffset,
        int addressSize,
        int protocol,
        int length)
    {
        int sum = Add(0, source, sourceOffset, addressSize);
        sum = Add(sum, destination, destinationOffset, addressSize);
        return Fold(sum + protocol + length);
    }

    /// <summary>Ends a sum.</summary>
    /// <param name="sum">The sum.</param>
    /// <returns>
    /// The checksum to put into a header whose checksum field was summed as zero; 0 when the sum
    /// covered a right checksum.
    /// </returns>
    public static int Finish(int sum)
    {
        return ~sum & 0xFFFF;
    }

    /// <summary>The checksum after one 16-bit word under it has changed (RFC 1624).</summary>
    /// <param name="checksum">The right checksum before the change.</param>
    /// <param name="before">The word before.</param>
    /// <param name="after">The word after.</param>
    /// <returns>The right checksum after it.</returns>
    public static int Update(int checksum, int before, int after)
    {
        return Finish(Fold((~checksum & 0xFFFF) + (~before & 0xFFFF) + after));
    }

    private static int Fold(int sum)
    {
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (sum & 0xFFFF) + (sum >> 16);
    }
}
