// The part of nanoFramework.TestFramework 3.0.80 that Spore's device tests use. It has bodies, unlike the other
// declarations, so that the tests run where its package can't be had: an assertion that fails throws, as there.
// Checked by hand against the sources at d4fa55eb (the last public commit before that version); nothing here
// may be missing there.

using System;
using System.Reflection;
using TestFrameworkShared;

[assembly: AssemblyVersion("3.0.80.0")]

namespace nanoFramework.TestFramework
{
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public class TestClassAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = false)]
    public class TestMethodAttribute : Attribute
    {
    }

    public sealed class Assert
    {
        public static void IsTrue(bool condition, string message = "")
        {
            if (!condition)
            {
                throw new AssertFailedException(message);
            }
        }

        public static void IsFalse(bool condition, string message = "")
        {
            if (condition)
            {
                throw new AssertFailedException(message);
            }
        }

        public static void IsNull(object value, string message = "")
        {
            if (value != null)
            {
                throw new AssertFailedException(message);
            }
        }

        public static void AreEqual(int expected, int actual, string message = "")
        {
            if (expected != actual)
            {
                throw new AssertFailedException(message);
            }
        }

        public static void AreEqual(long expected, long actual, string message = "")
        {
            if (expected != actual)
            {
                throw new AssertFailedException(message);
            }
        }
    }
}

namespace TestFrameworkShared
{
    public class AssertFailedException : Exception
    {
        public AssertFailedException(string msg)
            : base(msg)
        {
        }
    }
}
