using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Mono.Cecil;

namespace Spore.Emulator;

/// <summary>
/// The records that make a node of a firmware: arrays in the metadata that are found by what they begin with, and written over as
/// <c>tools/flash</c> does it in an image.
/// </summary>
internal static class FlashRecords
{
    /// <summary>Bytes of an identity record.</summary>
    public const int IdentitySize = 84;

    private const int TextOffset = 8;
    private const int TextSize = 64;
    private const string IdentityMagic = "SPOREID1";
    private const string RendezvousMagic = "SPORERV1";

    /// <summary>Writes the identity record.</summary>
    /// <param name="program">The program.</param>
    /// <param name="record">The record, whatever is in it.</param>
    /// <exception cref="ProgramException">The record has another size, or the program not one place for it.</exception>
    public static void WriteIdentity(DeviceProgram program, byte[] record)
    {
        if (record.Length != IdentitySize)
        {
            throw new ProgramException("identity", $"has {record.Length} bytes, and a record has {IdentitySize}");
        }

        Find(program, IdentityMagic, IdentitySize, "identity").InitialValue = record;
    }

    /// <summary>Writes the rendezvous.</summary>
    /// <param name="program">The program.</param>
    /// <param name="place">Host and port.</param>
    /// <exception cref="ProgramException">It is too long, or the program has not one place for it.</exception>
    public static void WriteRendezvous(DeviceProgram program, string place)
    {
        byte[] text = Encoding.UTF8.GetBytes(place);
        if (text.Length > TextSize)
        {
            throw new ProgramException("rendezvous", $"has {text.Length} bytes, and there is room for {TextSize}");
        }

        byte[] record = new byte[TextOffset + TextSize];
        Encoding.ASCII.GetBytes(RendezvousMagic).CopyTo(record, 0);
        text.CopyTo(record, TextOffset);
        Find(program, RendezvousMagic, record.Length, "rendezvous").InitialValue = record;
    }

    private static FieldDefinition Find(DeviceProgram program, string magic, int size, string what)
    {
        byte[] start = Encoding.ASCII.GetBytes(magic);
        List<FieldDefinition> found = [.. program.Assemblies
            .SelectMany(a => a.MainModule.GetTypes())
            .SelectMany(t => t.Fields)
            .Where(f => f.RVA != 0 && f.InitialValue.Length == size && f.InitialValue.AsSpan().StartsWith(start))];
        return found.Count == 1 ? found[0]
            : throw new ProgramException(what, found.Count == 0 ? $"the program has no array for it (\"{magic}\", {size} bytes)" : $"the program has {found.Count} arrays for it");
    }
}
