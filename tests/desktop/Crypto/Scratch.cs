using System;
using System.Reflection;
using Xunit;

namespace Spore.Tests.Crypto;

/// <summary>Looks into an object's private fields for what a finished operation left behind.</summary>
internal static class Scratch
{
    /// <summary>
    /// Asserts that every array in the object, or in objects of this assembly that it holds, is zero.
    /// </summary>
    internal static void AssertWiped(object instance)
    {
        foreach (FieldInfo field in instance.GetType().GetFields(
            BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
        {
            object? value = field.GetValue(instance);
            if (value is Array array)
            {
                foreach (object? element in array)
                {
                    Assert.True(Convert.ToInt64(element) == 0, $"{instance.GetType().Name}.{field.Name} is not wiped");
                }
            }
            else if (value is not null && value.GetType().Assembly == typeof(Spore.Crypto.X25519).Assembly)
            {
                AssertWiped(value);
            }
        }
    }
}
