using System;

namespace Spore.Tests.Flash;

/// <summary>
/// An assembly as nanoFramework's metadata processor makes it (v3.0.100, 4541b46), of this program:
/// <code>
/// public static class Slots
/// {
///     private static readonly byte[] Identity = new byte[] { "SPOREID1" and 76 zeros };
///     private static readonly byte[] Rendezvous = new byte[] { "SPORERV1" and 64 zeros };
///
///     public static void Main()
///     {
///         Console.WriteLine(Identity[8].ToString());
///         Console.WriteLine(Rendezvous[8].ToString());
///         Console.WriteLine("SPOREID1");
///     }
/// }
/// </code>
/// The signatures of Main and of the static constructor are three zeros, and share those of the rendezvous.
/// </summary>
internal static class ProcessedAssembly
{
    private const string Text = """
        TkZNUksxAADEL6NlMPHIxgAAAAAAAAAA/////wAAAAAAAAAAbAABAHwAAACIAAAAwAAAAMAAAADYAAAAOAEAAFgBAAB4AQAAeAEAAHgBAAB4
        AQAAeAEAAJACAABIAwAAjAMAAIwDAAAAAAAAAAAAAAAAAAAAAAACAQAAANL8AAABABEACwAAALH+QP4AAAAA1v1A/gAAAADI/0D+AAAAAAEA
        QP4AAAAAcf4t/gAAAADm/0D+AAAAAHP+QP4AAAAAAf4CAAAAAAAJAAMAAwAAAP/+BAAHAAAAEwAAAACA/////wAAAAAAEQAAAAACAIAAMgAA
        AAGAAAD//wAAAAAAEgAAAAAAAJUATwAAAAGAAAD//wAAAAAAEgAAAAAAAJUAbAAAAACA/////wAAAAACEQIAAAACAMEQgAAOABEAMwTBAFsA
        XgAzBAIBtAD//zEACwG0AP//MQByAAAAlgAACAAAAAL//xsA//8hAJEkAAAAAAAD//8bAABDb25zb2xlAFdyaXRlTGluZQA8UHJpdmF0ZUlt
        cGxlbWVudGF0aW9uRGV0YWlscz4AX19TdGF0aWNBcnJheUluaXRUeXBlU2l6ZT03MgBfX1N0YXRpY0FycmF5SW5pdFR5cGVTaXplPTg0AFNs
        b3RzAE1haW4AU1BPUkVJRDEAMzI0MDVERkU2RkY4REE1MjEzOEU1Q0RDRjQ2REI0OTQ3MjlEMkRFNUQ5NDE4RjI2RDlCNEY0QUI2QjA5N0VD
        OQA2OUFEM0Q2RTY4NEFERTlBQTU5MTE1Q0REOTNEQTAzMjgyNjlFMERBQzBGMjM4QTVFRkEyMTQyOTNCRTMzOTFBAElkZW50aXR5AFJlbmRl
        enZvdXMAAAAgAA8AAQAPAAIAERUSGQYSBEgAU1BPUkVSVjEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
        AAAAAAAAAAAAAAAAAAAAAAAABhIIVABTUE9SRUlEMQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGEwMAfgIAHo8CQCgAgCgBgH4DAB6PAkAoAIAoAYBydwAoAYAqH1SNAkAl0AEAAAUoAoCAAgAf
        SI0CQCXQAAAABSgCgIADACo=
        """;

    public static byte[] Bytes => Convert.FromBase64String(Text);
}
