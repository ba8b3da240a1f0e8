using System;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Crypto;

/// <summary>Looks for the system's OpenSSL 3.</summary>
internal static class OpenSsl
{
    private const string Library = "libcrypto.so.3";

    /// <summary>Makes what works with OpenSSL's libcrypto.</summary>
    /// <typeparam name="T">What is made.</typeparam>
    /// <param name="create">
    /// Called with the library. It throws <see cref="EntryPointNotFoundException"/> or
    /// <see cref="InvalidOperationException"/> where the library lacks something.
    /// </param>
    /// <returns>The result, or null where there is no library that has all.</returns>
    public static T? TryCreate<T>(Func<nint, T> create)
        where T : class
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        if (NativeLibrary.TryLoad(Library, out nint library))
        {
            try
            {
                return create(library);
            }
            catch (Exception exception) when (exception is EntryPointNotFoundException or InvalidOperationException)
            {
                // Built without it.
            }
        }

        return null;
    }
}
