namespace Spore.Emulator;

/// <content>Objects and exceptions.</content>
internal static unsafe partial class Framework
{
    // Blocks of an exception, counted from its header.
    private const int MessageField = 1;
    private const int InnerField = 2;

    private static void AddObjects()
    {
        Add("System.Object::.ctor()", (_, _) => { }, 1);
        Add("System.Object::Equals(System.Object)", (_, a) => a[0].Set(DataType.I4, a[0].U8 == a[1].U8 ? 1 : 0));
        Add("System.Object::GetHashCode()", (m, a) => a[0].Set(DataType.I4, m.HashOf(a[0])));
        Add("System.Attribute::.ctor()", (_, _) => { }, 4);

        // Each level of a constructor loads its arguments, calls the level below and returns; Exception
        // also stores the message.
        string[] levels = ["System.Exception", "System.SystemException", "System.ArgumentException"];
        int plain = 1;
        int message = 3;
        foreach (string type in levels)
        {
            plain += 3;
            message += 4;
            Add($"{type}::.ctor()", (_, _) => { }, plain);
            Add($"{type}::.ctor(System.String)", StoreMessage, message);
        }

        Add("System.InvalidOperationException::.ctor()", (_, _) => { }, plain);
        Add("System.InvalidOperationException::.ctor(System.String)", StoreMessage, message);
        Add("System.Exception::.ctor(System.String,System.Exception)", (m, a) =>
        {
            StoreMessage(m, a);
            a[0].Target[InnerField].Store(a[2]);
        }, 10);
        Add("System.Exception::get_InnerException()", (_, a) => a[0] = a[0].Target[InnerField], 3);
        Add("System.Exception::get_Message()", (m, a) =>
        {
            if (a[0].Target[MessageField].U8 == 0)
            {
                m.ReturnString(a, "Exception was thrown");
            }
            else
            {
                a[0] = a[0].Target[MessageField];
            }
        }, 6);
    }

    private static void StoreMessage(Machine machine, HeapBlock* arguments) =>
        arguments[0].Target[MessageField].Store(arguments[1]);
}
