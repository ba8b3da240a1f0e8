using System;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Crypto;

/// <summary>Looks for the system's OpenSSL.</summary>
internal static class OpenSsl
{
    private static readonly string[] _libraries = ["libcrypto.so.3", "libcrypto.so.1.1"];

    /// <summary>Makes what works with OpenSSL's libcrypto.</summary>
    /// <typeparam name="T">What is made.</typeparam>
    /// <param name="create">
    /// Called with a library. It throws <see cref="EntryPointNotFoundException"/> or
    /// <see cref="InvalidOperationException"/> where that one lacks something.
    /// </param>
    /// <returns>The result, or null where no library has all.</returns>
    public static T? TryCreate<T>(Func<nint, T> create)
        where T : class
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        foreach (string name in _libraries)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                try
                {
                    return create(library);
                }
                catch (Exception exception) when (exception is EntryPointNotFoundException or InvalidOperationException)
                {
                    // Older, or built without it.
                }
            }
        }

        return null;
    }
}
