using Spore.Signing;

namespace Spore.Flash;

/// <summary>A node of a batch.</summary>
/// <param name="Label">Its label.</param>
/// <param name="Identity">Its identity.</param>
/// <param name="IsNew">Whether the identity was made just now, and is in no file yet.</param>
/// <param name="IdentityPath">The identity's file.</param>
/// <param name="ImagePath">The image's file.</param>
internal sealed record BatchNode(
    string Label, NodeIdentity Identity, bool IsNew, string IdentityPath, string ImagePath);
