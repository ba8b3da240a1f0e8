// The part of nanoFramework.System.Device.Adc 1.1.24 that Spore uses, as declarations; docs/reference.md says what
// it was checked against.

using System;
using System.Reflection;

[assembly: AssemblyVersion("1.1.24.0")]

namespace System.Device.Adc
{
    public abstract class AdcControllerBase
    {
        public abstract AdcChannel OpenChannel(int channelNumber);
        public abstract int MaxValue { get; }
    }

    public class AdcController : AdcControllerBase
    {
        public extern AdcController();
        public override extern int MaxValue { get; }
        public override extern AdcChannel OpenChannel(int channelNumber);
    }

    public abstract class AdcChannelBase
    {
        public abstract int ReadValue();
    }

    public class AdcChannel : AdcChannelBase, IDisposable
    {
        internal extern AdcChannel(AdcController controller, int channelNumber);
        public override extern int ReadValue();
        public extern void Dispose();
    }
}
