using Spore.Base;

namespace Spore.Tests.Pipeline;

/// <summary>What is fed to a <see cref="Hub"/>.</summary>
internal sealed record Datagram(byte[] Bytes, Endpoint Source);
