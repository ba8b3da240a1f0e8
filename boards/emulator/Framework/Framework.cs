using System.Collections.Generic;
using Mono.Cecil;

namespace Spore.Emulator;

/// <summary>
/// The methods of nanoFramework's libraries that the emulator carries out itself, with the IL instructions that the
/// library's own code runs for each (CoreLibrary 1.17.11, release build).
/// </summary>
internal static unsafe partial class Framework
{
    private static readonly HashSet<string> _assemblies =
    [
        "mscorlib", "System.Net", "System.Threading", "System.Device.Wifi", "System.Device.Gpio", "System.Device.Adc",
        "nanoFramework.System.Text", "nanoFramework.Hardware.Esp32", "nanoFramework.Runtime.Native",
        "nanoFramework.Runtime.Events",
    ];

    private static readonly Dictionary<string, NativeMethod> _known = [];

    static Framework()
    {
        AddObjects();
        AddArrays();
        AddBitConverter();
        AddStrings();
        AddOutput();
        AddThreading();
        AddTime();
        AddRuntime();
        AddAddresses();
        AddSockets();
        AddInterfaces();
        AddPins();
    }

    /// <summary>Whether an assembly is one of nanoFramework's that only declarations are there of.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Whether it is.</returns>
    public static bool HasAssembly(string name) => _assemblies.Contains(name);

    /// <summary>Finds the emulator's own implementation of a method.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The implementation, or null where there is none.</returns>
    public static NativeMethod? Find(MethodReference method)
    {
        string parameters = string.Join(
            ",", System.Linq.Enumerable.Select(method.Parameters, p => p.ParameterType.FullName));
        return _known.GetValueOrDefault($"{method.DeclaringType.FullName}::{method.Name}({parameters})");
    }

    /// <summary>The fields of a class of the framework, which its declaration doesn't tell.</summary>
    /// <param name="type">Its full name.</param>
    /// <returns>Their tags.</returns>
    public static DataType[] FieldsOf(string type)
    {
        return type switch
        {
            // Message, inner exception, stack trace, result code.
            "System.Exception" => [DataType.Object, DataType.Object, DataType.Object, DataType.I4],
            "System.Net.Sockets.SocketException" => [DataType.I4],
            "System.Net.IPAddress" => [DataType.I8, DataType.I4, DataType.Object, DataType.I8],
            "System.Net.IPEndPoint" => [DataType.Object, DataType.I4],
            "System.Net.IPHostEntry" => [DataType.Object, DataType.Object],
            "System.Net.Sockets.Socket" =>
                [
                    DataType.I4, DataType.Boolean, DataType.Object, DataType.I4, DataType.I4, DataType.I4,
                    DataType.Object,
                ],
            "System.Net.NetworkInformation.NetworkInterface" =>
            [
                DataType.I4, DataType.Object, DataType.U1, DataType.U4, DataType.Boolean,
                DataType.U4, DataType.U4, DataType.U4, DataType.U4, DataType.U4,
                DataType.Object, DataType.Object, DataType.Object, DataType.Object, DataType.Object, DataType.I4,
            ],
            "System.Threading.Thread" => [DataType.Object, DataType.I4, DataType.Object, DataType.Object, DataType.I4],
            "System.Threading.Timer" => [DataType.Object, DataType.Object, DataType.Object],
            "System.Random" => [DataType.Object],
            "System.Version" => [DataType.I4, DataType.I4, DataType.I4, DataType.I4],
            "System.Device.Wifi.WifiAdapter" => [DataType.I4, DataType.Object, DataType.Object, DataType.Boolean],
            "System.Device.Wifi.WifiConnectionResult" => [DataType.I4],

            // Lock, number, mode, debounce time, callbacks, last value, disposed.
            PinType =>
            [
                DataType.Object, DataType.I4, DataType.I4, DataType.I8, DataType.Object, DataType.I4, DataType.Boolean,
            ],
            "System.Device.Gpio.GpioController" => [DataType.Boolean, DataType.I4],

            // Controller, lock, number, disposed.
            ChannelType => [DataType.Object, DataType.Object, DataType.I4, DataType.Boolean],
            "System.Device.Adc.AdcController" => [DataType.I4],
            _ => [],
        };
    }

    private static void Add(string signature, NativeBody body, int instructions = 0) =>
        _known[signature] = new NativeMethod(body, instructions);
}
