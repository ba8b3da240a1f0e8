using System.IO;
using Spore.Emulator;
using Spore.Signing;

(TextWriter output, TextWriter error) = StandardStreams.Open();
return EmulatorCommand.Run(args, output, error);
