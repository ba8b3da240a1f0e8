namespace Spore.Hostsim.Live.Configuration;

/// <summary>A network that was read from its file, and verified.</summary>
/// <param name="Bytes">The file's bytes.</param>
/// <param name="Archive">The proofs of its entries, where the node can hold a part of it only; else null.</param>
internal sealed record StoredNetwork(byte[] Bytes, NetworkArchive? Archive);
