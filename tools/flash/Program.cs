using System;
using System.IO;
using Spore.Flash;
using Spore.Signing;

(TextWriter output, TextWriter error) = StandardStreams.Open();
Terminal terminal = new(output, error) { AskSecret = SecretPrompt.Ask, Progress = ProgressDisplay.OnTerminal() };
return FlashCommand.Run(args, terminal, DateTimeOffset.UtcNow);
