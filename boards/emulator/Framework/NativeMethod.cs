namespace Spore.Emulator;

/// <summary>A method of the framework, as the emulator carries it out.</summary>
/// <param name="machine">The device.</param>
/// <param name="arguments">The arguments, <c>this</c> first; the first one takes the result.</param>
internal unsafe delegate void NativeBody(Machine machine, HeapBlock* arguments);

/// <summary>A method of the framework: what it does, and what it costs on the device.</summary>
/// <param name="Body">What it does.</param>
/// <param name="Instructions">
/// IL instructions that the framework's own code for it runs; 0 where it is native there.
/// </param>
internal sealed record NativeMethod(NativeBody Body, int Instructions);
