// The part of nanoFramework.CoreLibrary 1.17.11 that Spore's device code uses, as declarations.
// Checked by hand against the sources of that version; nothing here may be missing there.

using System.Reflection;
using System.Runtime.CompilerServices;

[assembly: AssemblyVersion("1.17.11.0")]

namespace System
{
    public class Object
    {
        public extern Object();
        public virtual extern string ToString();
        public virtual extern bool Equals(object obj);
        public virtual extern int GetHashCode();
        ~Object() { }
    }

    public abstract class ValueType { }
    public abstract class Enum : ValueType { }
    public struct Void { }
    public struct Boolean
    {
        public override extern string ToString();
    }

    public struct Byte
    {
        public override extern string ToString();
    }

    public struct SByte
    {
        public override extern string ToString();
    }

    public struct Char
    {
        public override extern string ToString();
    }

    public struct Int16
    {
        public override extern string ToString();
    }

    public struct UInt16
    {
        public override extern string ToString();
    }

    public struct Int32
    {
        public const int MaxValue = 0x7FFFFFFF;
        public override extern string ToString();
    }

    public struct UInt32
    {
        public override extern string ToString();
    }

    public struct Int64
    {
        public const long MaxValue = 0x7FFFFFFFFFFFFFFF;
        public const long MinValue = unchecked((long)0x8000000000000000);
        public override extern string ToString();
    }

    public struct UInt64
    {
        public override extern string ToString();
    }

    public struct Single { }
    public struct Double { }
    public struct IntPtr { }
    public struct UIntPtr { }
    public struct RuntimeTypeHandle { }
    public struct RuntimeFieldHandle { }
    public struct RuntimeMethodHandle { }
    public abstract class Type { }
    public abstract class MarshalByRefObject { }

    public abstract class Delegate
    {
        public static extern Delegate Combine(Delegate a, Delegate b);
        public static extern Delegate Remove(Delegate source, Delegate value);
    }

    public abstract class MulticastDelegate : Delegate { }

    public class EventArgs
    {
        public static readonly EventArgs Empty;
        public extern EventArgs();
    }


    public interface IDisposable
    {
        void Dispose();
    }

    public abstract class Array
    {
        public extern int Length { get; }
        public static extern void Copy(Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length);
        public static extern void Clear(Array array, int index, int length);
    }

    public sealed class String
    {
        [IndexerName("Chars")]
        public extern char this[int index] { get; }
        public extern int Length { get; }
        public static extern string Concat(string str0, string str1);
        public static extern string Concat(string str0, string str1, string str2);
        public static extern string Concat(string str0, string str1, string str2, string str3);
        public static extern string Concat(params string[] values);
        public static extern bool operator ==(string a, string b);
        public static extern bool operator !=(string a, string b);
    }

    public static class Console
    {
        public static extern void WriteLine(string value);
    }

    public class Exception
    {
        public extern Exception();
        public extern Exception(string message);
        public virtual extern string Message { get; }
    }

    public class SystemException : Exception
    {
        public extern SystemException();
        public extern SystemException(string message);
    }

    public class ArgumentException : SystemException
    {
        public extern ArgumentException();
        public extern ArgumentException(string message);
    }

    public class ArgumentOutOfRangeException : ArgumentException
    {
        public extern ArgumentOutOfRangeException();
        public extern ArgumentOutOfRangeException(string paramName);
    }

    public class IndexOutOfRangeException : SystemException
    {
        public extern IndexOutOfRangeException();
    }

    public class NullReferenceException : SystemException
    {
        public extern NullReferenceException();
    }

    public class OutOfMemoryException : SystemException
    {
        public extern OutOfMemoryException();
    }

    public class ObjectDisposedException : SystemException
    {
        public extern ObjectDisposedException();
        public extern ObjectDisposedException(string message);
    }

    public class InvalidOperationException : SystemException
    {
        public extern InvalidOperationException();
        public extern InvalidOperationException(string message);
    }

    public static class Convert
    {
        public static extern string ToBase64String(byte[] inArray);
    }

    public class Random
    {
        public extern Random();
        public extern Random(int seed);
        public virtual extern int Next();
        public virtual extern int Next(int maxValue);
        public virtual extern void NextBytes(byte[] buffer);
    }

    public sealed class Version
    {
        public extern Version(int major, int minor, int build, int revision);
        public extern int Major { get; }
        public extern int Minor { get; }
        public extern int Build { get; }
        public extern int Revision { get; }
        public override extern string ToString();
    }

    public static class BitConverter
    {
        public static extern ushort ToUInt16(byte[] value, int startIndex);
        public static extern uint ToUInt32(byte[] value, int startIndex);
        public static extern ulong ToUInt64(byte[] value, int startIndex);
        public static extern int ToInt32(byte[] value, int startIndex);
        public static extern long ToInt64(byte[] value, int startIndex);
    }

    public abstract class Attribute
    {
        protected extern Attribute();
    }

    [Flags]
    public enum AttributeTargets
    {
        Assembly = 0x0001,
        Module = 0x0002,
        Class = 0x0004,
        Struct = 0x0008,
        Enum = 0x0010,
        Constructor = 0x0020,
        Method = 0x0040,
        Property = 0x0080,
        Field = 0x0100,
        Event = 0x0200,
        Interface = 0x0400,
        Parameter = 0x0800,
        Delegate = 0x1000,
        ReturnValue = 0x2000,
        All = 0x3FFF,
    }

    public sealed class AttributeUsageAttribute : Attribute
    {
        public extern AttributeUsageAttribute(AttributeTargets validOn);
        public extern bool AllowMultiple { get; set; }
        public extern bool Inherited { get; set; }
    }

    public class FlagsAttribute : Attribute
    {
        public extern FlagsAttribute();
    }

    public sealed class ParamArrayAttribute : Attribute
    {
        public extern ParamArrayAttribute();
    }
}

namespace System.Reflection
{
    public sealed class AssemblyVersionAttribute : Attribute
    {
        public extern AssemblyVersionAttribute(string version);
    }

    public sealed class DefaultMemberAttribute : Attribute
    {
        public extern DefaultMemberAttribute(string memberName);
    }
}

namespace System.Runtime.CompilerServices
{
    public sealed class IndexerNameAttribute : Attribute
    {
        public extern IndexerNameAttribute(string indexerName);
    }

    public static class RuntimeHelpers
    {
        public static extern void InitializeArray(Array array, RuntimeFieldHandle fldHandle);
    }
}
