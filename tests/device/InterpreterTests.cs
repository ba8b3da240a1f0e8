using System;
using nanoFramework.TestFramework;

namespace Spore.Tests.Device;

/// <summary>
/// What nanoFramework's interpreter does otherwise than .NET: that the code is right there is no use
/// where this isn't known.
/// </summary>
[TestClass]
public class InterpreterTests
{
    private static uint _high = 0xF0000000;
    private static ulong _wide = 0xF000000000000000;
    private static int _minusOne = -1;
    private static int _zero = 0;
    private static uint[] _array = new uint[] { 0xF0000000 };

    private uint _field = 0xF0000000;
    private int _signedField;

    [TestMethod]
    public void AnUnsignedTagStaysThroughACastThatEmitsNothing()
    {
        Assert.AreEqual(0x0F000000, (int)_high >> 4, "a static field shifted");
        Assert.AreEqual(0x0F000000, (int)_field >> 4, "a field shifted");
        Assert.AreEqual(0x0F000000, (int)_array[0] >> 4, "an element shifted");
        Assert.AreEqual(0x0F000000, (int)High() >> 4, "a result shifted");
        Assert.AreEqual(0x0F000000, ShiftRight((int)_high), "an argument shifted");
        Assert.AreEqual(0xF0000000L, (long)(int)_high, "widened");
        Assert.AreEqual(0xF0000000L, Widen((int)_high), "an argument widened");
        Assert.AreEqual(0x0F00000000000000L, (long)_wide >> 4, "64 bits shifted");
    }

    [TestMethod]
    public void ASlotGivesAValueItsOwnSign()
    {
        int local = (int)_high;
        Assert.AreEqual(-0x01000000, local >> 4, "a local shifted");
        _signedField = (int)_high;
        Assert.AreEqual(-0x01000000, _signedField >> 4, "a field shifted");
        int[] array = new int[1];
        array[0] = (int)_high;
        Assert.AreEqual(-0x01000000, array[0] >> 4, "an element shifted");
        Assert.AreEqual(-0x01000000, (int)(long)_high >> 4, "cast by way of 64 bits");
    }

    [TestMethod]
    public void AReferenceGivesASlotTheTagOfWhatIsStored()
    {
        int local = 0;
        Set(ref local, (int)_high);
        Assert.AreEqual(0x0F000000, local >> 4, "shifted");
    }

    [TestMethod]
    public void DivisionFollowsTheOpcodeAndTheRemainderTheTag()
    {
        Assert.AreEqual(-89478485, (int)_high / 3, "a quotient");
        Assert.AreEqual(0, (int)_high % 3, "a remainder");
        Assert.AreEqual(1, (int)_high % 7 == 0xF0000000 % 7 ? 1 : 0, "another remainder");
        Assert.IsTrue((int)_high < 0, "compared");
    }

    [TestMethod]
    public void DivisionByZeroThrowsAPlainException()
    {
        bool caught = false;
        try
        {
            _signedField = 1 / _zero;
        }
        catch (SystemException)
        {
            Assert.IsTrue(false, "a SystemException");
        }
        catch (Exception)
        {
            caught = true;
        }

        Assert.IsTrue(caught, "caught");
    }

    [TestMethod]
    public void FinallyRunsOnTheWayOutAndInnermostFirst()
    {
        int order = 0;
        try
        {
            try
            {
                try
                {
                    throw new InvalidOperationException("x");
                }
                finally
                {
                    order = order * 10 + 1;
                }
            }
            catch (ArgumentException)
            {
                order = order * 10 + 9;
            }
            finally
            {
                order = order * 10 + 2;
            }
        }
        catch (SystemException e)
        {
            order = order * 10 + 3;
            Assert.AreEqual(1, e.Message.Length, "the message");
        }

        Assert.AreEqual(123, order, "thrown");
        Assert.AreEqual(12, LeaveThroughFinally(), "left");
    }

    [TestMethod]
    public void WhatIsThrownAgainReachesTheOuterHandler()
    {
        int order = 0;
        try
        {
            try
            {
                _array[_minusOne] = 1;
            }
            catch (Exception)
            {
                order = 1;
                throw;
            }
        }
        catch (Exception)
        {
            order = order * 10 + 2;
        }

        Assert.AreEqual(12, order, "handlers");
    }

    [TestMethod]
    public void NumbersWrapAndNarrow()
    {
        int most = 0x7FFFFFFF;
        Assert.AreEqual(-0x7FFFFFFF - 1, most - _minusOne, "wrapped");
        Assert.AreEqual(0xFF, (int)(byte)_minusOne, "u1");
        Assert.AreEqual(-1, (int)(sbyte)(256 + _minusOne), "i1");
        Assert.AreEqual(0xFFFF, (int)(ushort)_minusOne, "u2");
        Assert.AreEqual(0xFFFFFFFFL, (long)(uint)_minusOne, "u4");
        Assert.AreEqual(-1L, (long)_minusOne, "i8");
        Assert.AreEqual(-1L, (long)(ulong)(long)_minusOne, "u8");
    }

    [TestMethod]
    public void CallsFindTheirMethod()
    {
        Shape shape = new Square();
        Assert.AreEqual(4, shape.Sides(), "a virtual one");
        Assert.AreEqual(5, ((IShape)shape).More(), "one of an interface");
        Assert.AreEqual(3, new Shape().Sides(), "the base's own");
        object boxless = shape;
        Assert.IsTrue(boxless is IShape, "is of an interface");
        Assert.IsFalse(boxless is string, "is a string");
        Assert.IsTrue(boxless as Square != null, "as its class");
    }

    [TestMethod]
    public void WhatDoesNotFitThrowsAndWhatIsNoLongerReachedMakesRoom()
    {
        bool caught = false;
        try
        {
            byte[] large = new byte[700 * 1024];
            Assert.AreEqual(0, (int)large[0], "a new array");
        }
        catch (Exception)
        {
            caught = true;
        }

        Assert.IsTrue(caught, "700 KB");
        int sum = 0;
        for (int i = 0; i < 200; i++)
        {
            byte[] garbage = new byte[10000];
            garbage[i] = 1;
            sum += garbage[i];
        }

        Assert.AreEqual(200, sum, "2 MB one after another");
    }

    private static uint High()
    {
        return _high;
    }

    private static int ShiftRight(int value)
    {
        return value >> 4;
    }

    private static long Widen(int value)
    {
        return value;
    }

    private static void Set(ref int slot, int value)
    {
        slot = value;
    }

    private static int LeaveThroughFinally()
    {
        for (int i = 0; i < 3; i++)
        {
            try
            {
                if (i == 1)
                {
                    return 10 + _array.Length + i;
                }
            }
            finally
            {
                _zero = 0;
            }
        }

        return -1;
    }

    private interface IShape
    {
        int More();
    }

    private class Shape : IShape
    {
        public virtual int Sides()
        {
            return 3;
        }

        public int More()
        {
            return Sides() + 1;
        }
    }

    private sealed class Square : Shape
    {
        public override int Sides()
        {
            return 4;
        }
    }
}
