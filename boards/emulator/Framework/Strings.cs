using System;
using System.Globalization;
using System.Text;

namespace Spore.Emulator;

/// <content>Strings, and numbers as text.</content>
internal static unsafe partial class Framework
{
    private static void AddStrings()
    {
        Add("System.String::get_Length()", (m, a) => a[0].Set(DataType.I4, Text(m, a, 0).Length));
        Add("System.String::get_Chars(System.Int32)", (m, a) =>
        {
            string text = Text(m, a, 0);
            a[0].Set(
                DataType.I4,
                (uint)a[1].I4 < (uint)text.Length ? text[a[1].I4] : throw new DeviceException(Fault.OutOfRange));
        });
        Add(
            "System.String::op_Equality(System.String,System.String)",
            (m, a) => a[0].Set(DataType.I4, Same(m, a) ? 1 : 0));
        Add(
            "System.String::op_Inequality(System.String,System.String)",
            (m, a) => a[0].Set(DataType.I4, Same(m, a) ? 0 : 1));
        Add("System.String::Equals(System.String,System.String)", (m, a) => a[0].Set(DataType.I4, Same(m, a) ? 1 : 0));
        Add("System.String::ToString()", (_, _) => { }, 2);
        Add(
            "System.String::Concat(System.String,System.String)",
            (m, a) => m.ReturnString(a, TextOrEmpty(m, a, 0) + TextOrEmpty(m, a, 1)));
        Add("System.String::Concat(System.String,System.String,System.String)", (m, a) =>
            m.ReturnString(a, TextOrEmpty(m, a, 0) + TextOrEmpty(m, a, 1) + TextOrEmpty(m, a, 2)));
        Add("System.String::Concat(System.String,System.String,System.String,System.String)", (m, a) =>
            m.ReturnString(
                a, TextOrEmpty(m, a, 0) + TextOrEmpty(m, a, 1) + TextOrEmpty(m, a, 2) + TextOrEmpty(m, a, 3)));
        Add("System.String::Concat(System.String[])", (m, a) =>
        {
            HeapBlock* array = ArrayAt(a, 0);
            StringBuilder text = new();
            for (int i = 0; i < array->Head; i++)
            {
                text.Append(TextOrEmpty(m, HeapBlock.ElementBlocks(array), i));
            }

            m.ReturnString(a, text.ToString());
        });

        Add("System.Convert::ToBase64String(System.Byte[])", (m, a) =>
        {
            HeapBlock* array = ArrayAt(a, 0);
            m.ReturnString(a, Convert.ToBase64String(new ReadOnlySpan<byte>(HeapBlock.Elements(array), array->Head)));
        }, 30);
        Add("System.Convert::FromBase64String(System.String)", (m, a) =>
        {
            byte[] bytes = new byte[Text(m, a, 0).Length];
            if (!Convert.TryFromBase64String(Text(m, a, 0), bytes, out int count))
            {
                throw new DeviceException(Fault.Argument);
            }

            a[0] = m.MakeArray("System.Byte", count);
            bytes.AsSpan(0, count).CopyTo(new Span<byte>(HeapBlock.Elements(a[0].Target), count));
        });
        Add("System.Text.Encoding::get_UTF8()", (m, a) => a[0] = m.Make("System.Text.UTF8Encoding"), 3);
        Add("System.Text.UTF8Encoding::GetBytes(System.String)", (m, a) =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Text(m, a, 1));
            a[0] = m.MakeArray("System.Byte", bytes.Length);
            bytes.CopyTo(new Span<byte>(HeapBlock.Elements(a[0].Target), bytes.Length));
        });
        AddNumber("System.Byte", v => ((byte)v).ToString(CultureInfo.InvariantCulture));
        AddNumber("System.SByte", v => ((sbyte)v).ToString(CultureInfo.InvariantCulture));
        AddNumber("System.Int16", v => ((short)v).ToString(CultureInfo.InvariantCulture));
        AddNumber("System.UInt16", v => ((ushort)v).ToString(CultureInfo.InvariantCulture));
        AddNumber("System.Int32", v => ((int)v).ToString(CultureInfo.InvariantCulture));
        AddNumber("System.UInt32", v => ((uint)v).ToString(CultureInfo.InvariantCulture));
        AddNumber("System.Int64", v => v.ToString(CultureInfo.InvariantCulture));
        AddNumber("System.UInt64", v => ((ulong)v).ToString(CultureInfo.InvariantCulture));
        AddNumber("System.Boolean", v => (byte)v != 0 ? "True" : "False");
        AddNumber("System.Char", v => ((char)v).ToString());
    }

    private static void AddNumber(string type, Func<long, string> format) =>
        Add($"{type}::ToString()", (m, a) => m.ReturnString(a, format(m.Dereference(a[0]).I8)));

    private static string Text(Machine machine, HeapBlock* arguments, int index) =>
        arguments[index].U8 == 0
            ? throw new DeviceException(Fault.NullReference)
            : machine.Memory.TextOf(arguments[index].Target);

    private static string TextOrEmpty(Machine machine, HeapBlock* arguments, int index) =>
        arguments[index].U8 == 0 ? "" : machine.Memory.TextOf(arguments[index].Target);

    private static bool Same(Machine machine, HeapBlock* arguments)
    {
        if (arguments[0].U8 == 0 || arguments[1].U8 == 0)
        {
            return arguments[0].U8 == arguments[1].U8;
        }

        return Text(machine, arguments, 0) == Text(machine, arguments, 1);
    }
}
