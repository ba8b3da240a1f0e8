using System.Linq;
using static Spore.Tests.Protocol.VectorBytes;

namespace Spore.Tests.Protocol;

/// <summary>docs/vectors/addresses.json: PROTOCOL section 3.</summary>
internal static class AddressVectors
{
    public static object Make() => new
    {
        comment = "PROTOCOL section 3: public keys and their link-local addresses.",
        linkLocal = new[] { new byte[32], Count(0, 32), PublicKey(1), PublicKey(0x41) }.Select(
            k => new { publicKey = Hex(k), address = Hex(LinkLocal(k)) }),
    };
}
