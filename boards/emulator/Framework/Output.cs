namespace Spore.Emulator;

/// <content>What the program prints.</content>
internal static unsafe partial class Framework
{
    private static void AddOutput()
    {
        Add("System.Console::WriteLine(System.String)", (m, a) => m.Output.WriteLine(TextOrEmpty(m, a, 0)), 4);
        Add("System.Console::Write(System.String)", (m, a) => m.Output.Write(TextOrEmpty(m, a, 0)), 4);
        Add(
            "System.Diagnostics.Debug::WriteLine(System.String)",
            (m, a) => m.Output.WriteLine(TextOrEmpty(m, a, 0)),
            4);
    }
}
