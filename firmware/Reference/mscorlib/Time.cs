namespace System
{
    public struct DateTime
    {
        public static readonly DateTime UnixEpoch;
        public extern DateTime(long ticks);
        public static extern DateTime UtcNow { get; }
        public extern long Ticks { get; }
        public extern int Year { get; }
        public extern DateTime Add(TimeSpan val);
        public extern DateTime AddTicks(long val);
        public extern TimeSpan Subtract(DateTime val);
        public static extern int Compare(DateTime t1, DateTime t2);
        public static extern DateTime FromUnixTimeSeconds(long seconds);
        public extern long ToUnixTimeSeconds();
        public static extern DateTime operator +(DateTime d, TimeSpan t);
        public static extern TimeSpan operator -(DateTime d1, DateTime d2);
        public static extern bool operator ==(DateTime d1, DateTime d2);
        public static extern bool operator !=(DateTime t1, DateTime t2);
        public static extern bool operator <(DateTime t1, DateTime t2);
        public static extern bool operator >(DateTime t1, DateTime t2);
    }

    public struct TimeSpan
    {
        public const long TicksPerMillisecond = 10000;
        public const long TicksPerSecond = TicksPerMillisecond * 1000;
        public extern TimeSpan(long ticks);
        public extern TimeSpan(int hours, int minutes, int seconds);
        public extern long Ticks { get; }
        public extern int Seconds { get; }
        public extern int Milliseconds { get; }
        public extern TimeSpan Add(TimeSpan ts);
        public static extern TimeSpan FromMilliseconds(long value);
        public static extern TimeSpan FromSeconds(long value);
        public static extern TimeSpan operator +(TimeSpan t1, TimeSpan t2);
        public static extern TimeSpan operator -(TimeSpan t1, TimeSpan t2);
        public static extern bool operator ==(TimeSpan t1, TimeSpan t2);
        public static extern bool operator !=(TimeSpan t1, TimeSpan t2);
        public static extern bool operator <(TimeSpan t1, TimeSpan t2);
        public static extern bool operator >(TimeSpan t1, TimeSpan t2);
    }
}
