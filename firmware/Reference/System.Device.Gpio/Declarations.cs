// The part of nanoFramework.System.Device.Gpio 1.1.62 that Spore uses, as declarations; docs/reference.md says what
// it was checked against.

using System;
using System.Reflection;

[assembly: AssemblyVersion("1.1.62.0")]

namespace System.Device.Gpio
{
    public enum PinMode
    {
        Input,
        InputPullDown,
        InputPullUp,
        Output,
        OutputOpenDrain,
        OutputOpenDrainPullUp,
        OutputOpenSource,
        OutputOpenSourcePullDown,
    }

    public readonly struct PinValue
    {
        public static extern PinValue High { get; }
        public static extern PinValue Low { get; }
    }

    public sealed class GpioPin : IDisposable
    {
        internal extern GpioPin(int pinNumber);
        public extern int PinNumber { get; }
        public extern void Write(PinValue value);
        public extern void Toggle();
        public extern void Dispose();
    }

    public sealed class GpioController : IDisposable
    {
        public extern GpioController();
        public extern GpioPin OpenPin(int pinNumber, PinMode mode);
        public extern void ClosePin(int pinNumber);
        public extern void Dispose();
    }
}
