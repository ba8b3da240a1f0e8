using System;

namespace Spore.Emulator;

/// <content>
/// Pins: those that are written, and the channels of the converter. A PinValue is a number here,
/// not a structure of one.
/// </content>
internal static unsafe partial class Framework
{
    private const string PinType = "System.Device.Gpio.GpioPin";
    private const string ChannelType = "System.Device.Adc.AdcChannel";
    private const int Resolution = 4095;

    // Of the ESP32-P4, which has the most.
    private const int HighestPin = 54;

    // Blocks counted from the header.
    private const int PinNumberField = 2;
    private const int ChannelNumberField = 3;

    private static void AddPins()
    {
        Add("System.Device.Gpio.PinValue::get_High()", (_, a) => a[0].Set(DataType.I4, 1));
        Add("System.Device.Gpio.PinValue::get_Low()", (_, a) => a[0].Set(DataType.I4, 0));
        Add("System.Device.Gpio.GpioController::.ctor()", (_, _) => { });
        Add("System.Device.Gpio.GpioController::Dispose()", (_, _) => { });
        Add("System.Device.Gpio.GpioController::OpenPin(System.Int32,System.Device.Gpio.PinMode)", (m, a) =>
        {
            int number = a[1].I4;
            if (number is < 0 or > HighestPin)
            {
                throw new DeviceException(Fault.Argument);
            }

            m.Surroundings.Pins[number] = false;
            a[0] = m.Make(PinType);
            a[0].Target[PinNumberField].I4 = number;
        }, 60);
        Add("System.Device.Gpio.GpioController::ClosePin(System.Int32)", (m, a) =>
        {
            if (!m.Surroundings.Pins.Remove(a[1].I4))
            {
                throw new DeviceException(Fault.Argument);
            }
        }, 60);
        Add($"{PinType}::get_PinNumber()", (_, a) => a[0].Set(DataType.I4, a[0].Target[PinNumberField].I4), 10);
        Add(
            $"{PinType}::Write(System.Device.Gpio.PinValue)",
            (m, a) => m.Surroundings.SetPin(a[0].Target[PinNumberField].I4, a[1].I4 != 0),
            15);
        Add($"{PinType}::Toggle()", (m, a) =>
        {
            int number = a[0].Target[PinNumberField].I4;
            m.Surroundings.SetPin(number, !m.Surroundings.Pins[number]);
        });
        Add($"{PinType}::Dispose()", (_, _) => { }, 20);

        Add("System.Device.Adc.AdcController::.ctor()", (_, _) => { }, 20);
        Add("System.Device.Adc.AdcController::get_MaxValue()", (_, a) => a[0].Set(DataType.I4, Resolution), 4);
        Add("System.Device.Adc.AdcController::OpenChannel(System.Int32)", (m, a) =>
        {
            int number = a[1].I4;
            a[0] = m.Make(ChannelType);
            a[0].Target[ChannelNumberField].I4 = number;
        }, 20);
        Add(
            $"{ChannelType}::ReadValue()",
            (m, a) => a[0].Set(
                DataType.I4, Math.Clamp(m.Surroundings.Measure(a[0].Target[ChannelNumberField].I4), 0, Resolution)),
            15);
        Add($"{ChannelType}::Dispose()", (_, _) => { }, 20);
    }
}
