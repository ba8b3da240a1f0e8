using System.Net;

namespace Spore.Emulator;

/// <summary>A UDP datagram.</summary>
/// <param name="From">Who sent it.</param>
/// <param name="To">Whom to.</param>
/// <param name="Bytes">What is in it.</param>
internal sealed record Datagram(IPEndPoint From, IPEndPoint To, byte[] Bytes);
