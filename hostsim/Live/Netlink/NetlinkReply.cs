using System;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>A message of the kernel's.</summary>
/// <param name="Type">Its type, one of <see cref="Rtnetlink"/>.</param>
/// <param name="Port">The netlink port whose request it follows from; 0 where the kernel acted by itself.</param>
/// <param name="Body">What follows its header: the fixed part and the attributes.</param>
internal readonly record struct NetlinkReply(int Type, uint Port, byte[] Body)
{
    private const int TypeMask = 0x3FFF;

    /// <summary>A walk over attributes.</summary>
    /// <param name="attributes">The attributes, one behind the other.</param>
    /// <returns>The walk, which stands before the first.</returns>
    public static Walk Attributes(ReadOnlySpan<byte> attributes)
    {
        return new Walk(attributes);
    }

    /// <summary>Finds an attribute.</summary>
    /// <param name="fixedSize">The length of the fixed part in bytes.</param>
    /// <param name="type">The attribute's type.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether it is there.</returns>
    public bool TryFind(int fixedSize, int type, out ReadOnlySpan<byte> value)
    {
        for (Walk walk = Attributes(Body.AsSpan(NetlinkMessage.Align(fixedSize))); walk.Next();)
        {
            if (walk.Type == type)
            {
                value = walk.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Finds an attribute that is a number of 32 bits.</summary>
    /// <param name="fixedSize">The length of the fixed part in bytes.</param>
    /// <param name="type">The attribute's type.</param>
    /// <returns>The number, or null where the attribute is not there.</returns>
    public uint? Number(int fixedSize, int type)
    {
        return TryFind(fixedSize, type, out ReadOnlySpan<byte> value) && value.Length >= sizeof(uint)
            ? MemoryMarshal.Read<uint>(value)
            : null;
    }

    /// <summary>A walk over attributes.</summary>
    /// <param name="attributes">The attributes that are left.</param>
    internal ref struct Walk(ReadOnlySpan<byte> attributes)
    {
        private ReadOnlySpan<byte> _left = attributes;

        /// <summary>The type of the current attribute.</summary>
        public int Type { get; private set; }

        /// <summary>The value of the current attribute.</summary>
        public ReadOnlySpan<byte> Value { get; private set; }

        /// <summary>Goes on to the next attribute.</summary>
        /// <returns>False when there is none.</returns>
        public bool Next()
        {
            if (_left.Length < NetlinkMessage.AttributeHeaderSize)
            {
                return false;
            }

            int length = MemoryMarshal.Read<ushort>(_left);
            if (length < NetlinkMessage.AttributeHeaderSize || length > _left.Length)
            {
                return false;
            }

            // The upper two bits tell that it is nested, and its byte order.
            Type = MemoryMarshal.Read<ushort>(_left[2..]) & TypeMask;
            Value = _left[NetlinkMessage.AttributeHeaderSize..length];
            _left = _left[Math.Min(NetlinkMessage.Align(length), _left.Length)..];
            return true;
        }
    }
}
