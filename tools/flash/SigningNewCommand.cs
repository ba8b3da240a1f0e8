using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash signing new</c>: makes a signing key, to be certified elsewhere.</summary>
internal static class SigningNewCommand
{
    public static Command Build(Terminal terminal) => NewKeyCommand.Build(
        terminal,
        "Make a new signing key without a certificate, and print its public key, which flash root certify "
        + "--public takes.",
        NetworkKeyOption.SigningFile,
        "The key it held can then sign no more networks.",
        SigningKey.Generate);
}
