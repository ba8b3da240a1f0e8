using System;
using System.Buffers.Binary;
using Spore.Base;

namespace Spore.Tests;

/// <summary>The address of an endpoint as bytes.</summary>
internal static class EndpointBytes
{
    public static byte[] AddressBytes(this Endpoint endpoint)
    {
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, endpoint.AddressHigh);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), endpoint.AddressLow);
        return bytes;
    }
}
