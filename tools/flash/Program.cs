using System;
using Spore.Flash;

return FlashCommand.Run(args, new Terminal(Console.Out, Console.Error), DateTimeOffset.UtcNow);
