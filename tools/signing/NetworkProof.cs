using Spore.Crypto;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>Makes and checks the proof of an entry (PROTOCOL section 7.7) with the code of nodes.</summary>
public static class NetworkProof
{
    /// <summary>Makes the proof of an entry.</summary>
    /// <param name="network">The network, complete.</param>
    /// <param name="index">The index of the entry.</param>
    /// <param name="progress">Where to report how far it has come, or null.</param>
    /// <returns>The proof.</returns>
    public static byte[] Make(NetworkFile network, int index, WorkProgress? progress = null)
    {
        AuditPath path = new(new MerkleTree(new Blake2s(), network.Count));
        byte[] proof = new byte[EntryProof.MaxSize];
        int length = EntryProof.Begin(network, index, path, proof, 0);
        for (int i = 0; i < network.Count; i++)
        {
            path.AddLeaf(network.Bytes, network.EntryOffset(i), network.EntryLength(i));
            progress?.Report("hashing entries", i, network.Count);
        }

        return proof[..length];
    }

    /// <summary>Checks a proof against a head, and the head against the trust root.</summary>
    /// <param name="proof">The proof.</param>
    /// <param name="file">The name of its file, for messages.</param>
    /// <param name="head">The head, or a network.</param>
    /// <param name="headFile">The name of the head's file, for messages.</param>
    /// <param name="trustRoot">The trust root, 32 bytes.</param>
    /// <returns>What the entry says.</returns>
    /// <exception cref="InputException">A node would refuse the proof or the head.</exception>
    public static PeerDescription Verify(byte[] proof, string file, byte[] head, string headFile, byte[] trustRoot)
    {
        NetworkReader.VerifyHead(head, headFile, trustRoot);
        NetworkFault fault = EntryProof.Verify(
            proof, 0, proof.Length, head, 0, new Blake2s(), new byte[MerkleTree.HashSize], 0);
        return fault switch
        {
            NetworkFault.None => NetworkReader.ReadEntry(proof, EntryProof.EntryOffset),
            NetworkFault.OtherVersion => throw new InputException(
                file,
                "version",
                $"it is for version {VersionText.Format(EntryProof.Version(proof, 0))}, and {headFile} has "
                + VersionText.Format(NetworkHeader.Version(head, 0))),
            NetworkFault.Root => throw new InputException(
                file, "path", $"it does not lead to the Merkle root of {headFile}"),
            _ => throw new InputException(file, null, NetworkFaultText.Describe(fault)),
        };
    }
}
