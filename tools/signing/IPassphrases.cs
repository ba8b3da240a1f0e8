namespace Spore.Signing;

/// <summary>Where the passphrases of encrypted keys come from.</summary>
public interface IPassphrases
{
    /// <summary>Called when an encrypted key is to be used.</summary>
    /// <param name="path">The path of its file.</param>
    /// <returns>The passphrase in UTF-8, which the caller wipes.</returns>
    /// <exception cref="InputException">There is none.</exception>
    byte[] Ask(string path);
}
