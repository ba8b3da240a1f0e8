// The part of nanoFramework.System.Device.Wifi 1.5.147 that Spore uses, as declarations; docs/reference.md says what
// it was checked against.

using System;
using System.Reflection;

[assembly: AssemblyVersion("1.5.147.0")]

namespace System.Device.Wifi
{
    public enum WifiConnectionStatus
    {
        AccessRevoked,
        InvalidCredential,
        NetworkNotAvailable,
        Success,
        Timeout,
        UnspecifiedFailure,
        UnsupportedAuthenticationProtocol,
    }

    public enum WifiReconnectionKind
    {
        Automatic,
        Manual,
    }

    public class WifiConnectionResult
    {
        internal extern WifiConnectionResult(WifiConnectionStatus ConnectionStatus);
        public extern WifiConnectionStatus ConnectionStatus { get; }
    }

    public sealed class WifiAdapter : IDisposable
    {
        internal extern WifiAdapter(int NetworkInterface);
        public extern int NetworkInterface { get; }
        public static extern WifiAdapter[] FindAllAdapters();
        public extern WifiConnectionResult Connect(
            string ssid, WifiReconnectionKind reconnectionKind, string passwordCredential);
        public extern void Disconnect();
        public extern void Dispose();
    }
}
