// The part of nanoFramework.Runtime.Events 1.11.37 that Spore may use, as declarations; docs/reference.md says what
// it was checked against.

using System.Reflection;

[assembly: AssemblyVersion("1.11.37.0")]

namespace nanoFramework.Runtime.Events
{
    public enum EventCategory
    {
        Unknown = 0,
        Custom = 10,
        Gpio = 20,
        Network = 40,
        WiFi = 50,
    }

    public class BaseEvent
    {
        public ushort Source;
        public byte Message;
    }

    public interface IEventListener
    {
        void InitializeForEventSource();
        bool OnEvent(BaseEvent ev);
    }
}
