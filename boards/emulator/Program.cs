using System;
using Spore.Emulator;

return EmulatorCommand.Run(args, Console.Out, Console.Error);
