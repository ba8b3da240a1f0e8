using System;
using System.IO;
using Spore.Flash;
using Spore.Signing;

(TextWriter output, TextWriter error) = StandardStreams.Open();
return FlashCommand.Run(args, new Terminal(output, error) { AskSecret = SecretPrompt.Ask }, DateTimeOffset.UtcNow);
