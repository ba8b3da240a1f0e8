using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Spore.Signing;

namespace Spore.Emulator;

/// <summary>
/// Writes the records that make a node of a firmware into a program's metadata, with the code that <c>tools/flash</c>
/// writes them into an image with.
/// </summary>
internal static class FlashRecords
{
    /// <summary>Writes the identity record.</summary>
    /// <param name="program">The program.</param>
    /// <param name="record">The record, whatever is in it.</param>
    /// <exception cref="ProgramException">The record has another size, or the program not one place for it.</exception>
    public static void WriteIdentity(DeviceProgram program, byte[] record) =>
        Write(() => FirmwareRecords.WriteIdentity(ArraysOf(program), record));

    /// <summary>Writes the rendezvous.</summary>
    /// <param name="program">The program.</param>
    /// <param name="place">Host and port.</param>
    /// <exception cref="ProgramException">
    /// It is no place that a device can reach, or the program has not one place for it.
    /// </exception>
    public static void WriteRendezvous(DeviceProgram program, string place) =>
        Write(() => FirmwareRecords.WriteRendezvous(ArraysOf(program), place));

    private static void Write(Action write)
    {
        try
        {
            write();
        }
        catch (InputException e)
        {
            throw new ProgramException(e.Where, e.What);
        }
    }

    private static IEnumerable<ConstantArray> ArraysOf(DeviceProgram program) => program.Assemblies
        .SelectMany(a => a.MainModule.GetTypes())
        .SelectMany(t => t.Fields)
        .Where(f => f.RVA != 0)
        .Select(f => new FieldArray(f));

    private sealed class FieldArray(FieldDefinition definition) : ConstantArray
    {
        public override byte[] Value => definition.InitialValue;

        public override void Replace(byte[] value) => definition.InitialValue = value;
    }
}
