using System;

namespace Spore.Emulator;

/// <content>Time. A DateTime is ticks since 1601 in one block, a TimeSpan ticks.</content>
internal static unsafe partial class Framework
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;
    private const long TicksPerMillisecond = TimeSpan.TicksPerMillisecond;
    private const long Origin = 504911232000000000;

    private static void AddTime()
    {
        Add("System.Environment::get_TickCount64()", (m, a) => a[0].Set(DataType.I8, m.Ticks / 1000));
        Add("nanoFramework.Hardware.Esp32.HighResTimer::GetCurrent()", (m, a) => a[0].Set(DataType.U8, m.Uptime), 2);

        const string Date = "System.DateTime";
        const string Span = "System.TimeSpan";
        Add(
            $"{Date}::get_UtcNow()",
            (m, a) => a[0].Set(DataType.DateTime, DateTime.UnixEpoch.Ticks + (m.Ticks * TicksPerMicrosecond) - Origin),
            31);
        Add($"{Date}::.ctor(System.Int64)", (_, a) => Slot(a)->I8 = a[1].I8 - Origin, 20);
        Add($"{Date}::get_Ticks()", (m, a) => a[0].Set(DataType.I8, Value(m, a) + Origin), 7);
        Add($"{Date}::get_Year()", (m, a) => a[0].Set(DataType.I4, new DateTime(Value(m, a) + Origin).Year), 4);
        Add($"{Date}::Add({Span})", (m, a) => a[0].Set(DataType.DateTime, Value(m, a) + a[1].I8), 37);
        Add($"{Date}::AddTicks(System.Int64)", (m, a) => a[0].Set(DataType.DateTime, Value(m, a) + a[1].I8), 33);
        Add($"{Date}::Subtract({Date})", (m, a) => a[0].Set(DataType.TimeSpan, Value(m, a) - a[1].I8), 25);
        Add($"{Date}::Compare({Date},{Date})", (_, a) => a[0].Set(DataType.I4, a[0].I8.CompareTo(a[1].I8)), 28);
        Add($"{Date}::FromUnixTimeSeconds(System.Int64)", (_, a) =>
            a[0].Set(DataType.DateTime, DateTime.UnixEpoch.Ticks + (a[0].I8 * TimeSpan.TicksPerSecond) - Origin), 37);
        Add($"{Date}::ToUnixTimeSeconds()", (m, a) =>
            a[0].Set(DataType.I8, (Value(m, a) + Origin - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond), 17);
        Add($"{Date}::op_Addition({Date},{Span})", (_, a) => a[0].Set(DataType.DateTime, a[0].I8 + a[1].I8), 37);
        Add($"{Date}::op_Subtraction({Date},{Date})", (_, a) => a[0].Set(DataType.TimeSpan, a[0].I8 - a[1].I8), 29);
        AddComparisons(Date, 34);

        Add($"{Span}::.ctor(System.Int64)", (_, a) => Slot(a)->I8 = a[1].I8, 4);
        Add(
            $"{Span}::.ctor(System.Int32,System.Int32,System.Int32)",
            (_, a) => Slot(a)->I8 = new TimeSpan(a[1].I4, a[2].I4, a[3].I4).Ticks);
        Add($"{Span}::get_Ticks()", (m, a) => a[0].Set(DataType.I8, Value(m, a)), 3);
        Add($"{Span}::get_Seconds()", (m, a) => a[0].Set(DataType.I4, new TimeSpan(Value(m, a)).Seconds), 10);
        Add($"{Span}::get_Milliseconds()", (m, a) => a[0].Set(DataType.I4, new TimeSpan(Value(m, a)).Milliseconds), 10);
        Add($"{Span}::Add({Span})", (m, a) => a[0].Set(DataType.TimeSpan, Value(m, a) + a[1].I8), 11);
        Add(
            $"{Span}::FromMilliseconds(System.Int64)",
            (_, a) => a[0].Set(DataType.TimeSpan, a[0].I8 * TicksPerMillisecond),
            10);
        Add(
            $"{Span}::FromSeconds(System.Int64)",
            (_, a) => a[0].Set(DataType.TimeSpan, a[0].I8 * TimeSpan.TicksPerSecond),
            10);
        Add($"{Span}::op_Addition({Span},{Span})", (_, a) => a[0].Set(DataType.TimeSpan, a[0].I8 + a[1].I8), 11);
        Add($"{Span}::op_Subtraction({Span},{Span})", (_, a) => a[0].Set(DataType.TimeSpan, a[0].I8 - a[1].I8), 11);
        AddComparisons(Span, 6);
    }

    private static void AddComparisons(string type, int instructions)
    {
        Add(
            $"{type}::op_Equality({type},{type})",
            (_, a) => a[0].Set(DataType.I4, a[0].I8 == a[1].I8 ? 1 : 0),
            instructions);
        Add(
            $"{type}::op_Inequality({type},{type})",
            (_, a) => a[0].Set(DataType.I4, a[0].I8 != a[1].I8 ? 1 : 0),
            instructions);
        Add(
            $"{type}::op_LessThan({type},{type})",
            (_, a) => a[0].Set(DataType.I4, a[0].I8 < a[1].I8 ? 1 : 0),
            instructions);
        Add(
            $"{type}::op_GreaterThan({type},{type})",
            (_, a) => a[0].Set(DataType.I4, a[0].I8 > a[1].I8 ? 1 : 0),
            instructions);
    }

    // A structure's own method is called through a reference to it.
    private static long Value(Machine machine, HeapBlock* arguments) => machine.Dereference(arguments[0]).I8;

    // Its constructor too, or it is called on the place where the structure is to be.
    private static HeapBlock* Slot(HeapBlock* arguments) => arguments[0].Type switch
    {
        DataType.ByRef => arguments[0].Target,
        DataType.DateTime or DataType.TimeSpan => arguments,
        _ => throw new DeviceException(Fault.WrongType),
    };
}
