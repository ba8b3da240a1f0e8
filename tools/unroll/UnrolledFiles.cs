using System.Collections.Generic;

namespace Spore.Unroll;

/// <summary>Every generated source file.</summary>
internal static class UnrolledFiles
{
    internal static IReadOnlyList<UnrolledFile> All()
    {
        return
        [
            BasePointCombFile.Make(),
            Blake2sFile.Make(),
            Blake2sFile.MakeForHost(),
            ChaCha20File.Make(),
            EdwardsGroupFile.Make(),
            Field25519File.Make(),
            MontgomeryLadderFile.Make(),
            Poly1305File.Make(),
            Sha512File.Make(),
        ];
    }
}
