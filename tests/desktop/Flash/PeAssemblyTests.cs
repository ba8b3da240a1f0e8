using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.Flash;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public class PeAssemblyTests
{
    private const int SignaturesTable = 12;

    private static readonly byte[] _filled = [.. Enumerable.Range(1, 84).Select(i => (byte)i)];

    public static TheoryData<string> Both => ["built", "processed"];

    private static byte[] Bytes(string which) =>
        which == "built" ? PeFirmware.Program().Build() : ProcessedAssembly.Bytes;

    [Fact]
    public void What_is_described_is_what_is_read()
    {
        PeAssembly assembly = PeAssembly.Read(
            new PeBuilder("Some.Thing", "1.2.3.4").Refers("mscorlib", "1.17.11.0")
                .Refers("Other", "5.6.7.8")
                .Refers("System.Threading")
                .Holds(1, 2)
                .Holds()
                .HasMain()
                .Build(),
            "a.pe");
        Assert.Equal("Some.Thing", assembly.Name);
        Assert.Equal(new Version(1, 2, 3, 4), assembly.Version);
        Assert.Equal(
            [
                new PeReference("mscorlib", new Version(1, 17, 11, 0)),
                new PeReference("Other", new Version(5, 6, 7, 8)),
                new PeReference("System.Threading", new Version(1, 0, 0, 0)),
            ],
            assembly.References);
        Assert.True(assembly.IsProgram);
        Assert.Equal([[1, 2], []], assembly.Constants.Select(c => c.Value));
        Assert.False(PeAssembly.Read(new PeBuilder("Library").Build(), "b.pe").IsProgram);
    }

    [Fact]
    public void What_the_metadata_processor_made_is_read()
    {
        PeAssembly assembly = PeAssembly.Read(ProcessedAssembly.Bytes, "Slots.pe");
        Assert.Equal("Slots", assembly.Name);
        Assert.Equal([new PeReference("mscorlib", new Version(1, 17, 11, 0))], assembly.References);
        Assert.True(assembly.IsProgram);
        Assert.Equal([PeFirmware.EmptyRendezvous, PeFirmware.EmptyIdentity], assembly.Constants.Select(c => c.Value));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_new_value_changes_nothing_else_of_the_assembly(string which)
    {
        byte[] before = Bytes(which);
        PeAssembly assembly = PeAssembly.Read(before, "a.pe");
        List<byte[]> values = [.. assembly.Constants.Select(c => c.Value)];
        int index = values.FindIndex(v => v.Length == 84);
        assembly.Constants.ElementAt(index).Replace(_filled);
        values[index] = _filled;
        Assert.Equal(values, assembly.Constants.Select(c => c.Value));

        PeAssembly after = PeAssembly.Read(assembly.Bytes, "b.pe");
        Assert.Equal(values, after.Constants.Select(c => c.Value));
        Assert.Equal(
            (assembly.Name, assembly.Version, assembly.IsProgram), (after.Name, after.Version, after.IsProgram));
        Assert.Equal(PeAssembly.Read(before, "a.pe").References, after.References);
        for (int table = 0; table < 15; table++)
        {
            byte[] old = Table(before, table);
            byte[] now = Table(after.Bytes.ToArray(), table);
            if (table == 5)
            {
                // One field has its value elsewhere.
                Assert.Equal(old.Length, now.Length);
                Assert.InRange(old.Zip(now).Count(p => p.First != p.Second), 1, 2);
            }
            else if (table == SignaturesTable)
            {
                Assert.Equal([.. old, 84, 0, .. _filled], now);
            }
            else
            {
                Assert.Equal(old, now);
            }
        }
    }

    // The metadata processor lets them share the zeros of an empty record, which is why records are not written over.
    [Theory]
    [MemberData(nameof(Both))]
    public void A_signature_that_shares_an_empty_record_stays_what_it_is(string which)
    {
        byte[] before = Bytes(which);
        int rendezvous = Table(before, SignaturesTable).AsSpan().IndexOf(PeFirmware.EmptyRendezvous);
        Assert.Contains(MethodSignatures(before), s => s >= rendezvous && s < rendezvous + 72);

        PeAssembly assembly = PeAssembly.Read(before, "a.pe");
        FirmwareRecords.WriteRendezvous(assembly.Constants, "gate.example.org:51820");
        FirmwareRecords.WriteIdentity(assembly.Constants, _filled);
        byte[] after = assembly.Bytes.ToArray();
        Assert.Equal(
            MethodSignatures(before).Select(s => Table(before, SignaturesTable).AsSpan(s, 3).ToArray()),
            MethodSignatures(after).Select(s => Table(after, SignaturesTable).AsSpan(s, 3).ToArray()));
        Assert.Equal(
            "gate.example.org:51820", RendezvousRecord.Read(FirmwareRecords.Rendezvous(assembly.Constants).Value));
        Assert.Equal(_filled, assembly.Constants.Last(c => c.Value.Length == 84).Value);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Any_byte_changed_is_noticed(string which)
    {
        byte[] bytes = Bytes(which);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= (byte)(1 << (i % 8));
            Assert.Throws<InputException>(() => PeAssembly.Read(bytes, "a.pe"));
            bytes[i] ^= (byte)(1 << (i % 8));
        }

        PeAssembly.Read(bytes, "a.pe");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Any_byte_missing_at_the_end_is_noticed(string which)
    {
        byte[] bytes = Bytes(which);
        for (int i = 0; i < bytes.Length; i++)
        {
            Assert.Throws<InputException>(() => PeAssembly.Read(bytes.AsSpan(0, i), "a.pe"));
        }
    }

    [Theory]
    [InlineData(0, 0x4E, "a.pe: is no assembly of nanoFramework's (a .pe file)", false)]
    [InlineData(9, 1, "a.pe: header: its checksum does not agree with it; the file is damaged", false)]
    [InlineData(130, 1, "a.pe: contents: their checksum does not agree with them; the file is damaged", false)]
    [InlineData(38, 2, "a.pe: header: it is of a kind that the interpreter does not load", true)]
    [InlineData(104, 1, "a.pe: header: it is of a kind that the interpreter does not load", true)]
    [InlineData(40, 4, "a.pe: AssemblyRef: this table is not where it can be", true)]
    [InlineData(60, 1, "a.pe: FieldDef: this table is not where it can be", true)]
    [InlineData(108, 2, "a.pe: AssemblyRef: this table is not one of whole rows", true)]
    [InlineData(
        37,
        0xFF,
        "a.pe: name: it is 0xFF53 of the interpreter's strings, which is not known here as an assembly's",
        true)]
    [InlineData(37, 0xF0, "a.pe: name: it is not among the strings", true)]
    public void What_is_wrong_is_told(int at, byte change, string fault, bool seal)
    {
        byte[] bytes = PeFirmware.Program().Build();
        bytes[at] ^= change;
        if (seal)
        {
            PeBuilder.Seal(bytes);
        }

        Assert.Equal(fault, Assert.Throws<InputException>(() => PeAssembly.Read(bytes, "a.pe")).Message);
    }

    [Fact]
    public void Nonsense_with_sound_checksums_is_refused_or_read_and_never_more()
    {
        byte[] sound = PeFirmware.Program().Build();
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Array[1, 12].Sample(changes =>
        {
            byte[] bytes = [.. sound];
            foreach ((int at, byte value) in changes)
            {
                bytes[at] = value;
            }

            PeBuilder.Seal(bytes);
            try
            {
                PeAssembly assembly = PeAssembly.Read(bytes, "a.pe");
                _ = assembly.IsProgram;
                FirmwareRecords.WriteIdentity(assembly.Constants, _filled);
                PeAssembly.Read(assembly.Bytes, "b.pe");
            }
            catch (InputException)
            {
                return;
            }
        });
    }

    [Fact]
    public void Signatures_that_fill_their_table_leave_no_room()
    {
        PeBuilder builder = PeFirmware.Program();
        for (byte i = 1; i <= 65; i++)
        {
            builder.Holds([.. Enumerable.Repeat(i, 1000)]);
        }

        PeAssembly assembly = PeAssembly.Read(builder.Build(), "a.pe");
        FirmwareRecords.WriteIdentity(assembly.Constants, _filled);
        InputException fault = Assert.Throws<InputException>(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                FirmwareRecords.WriteRendezvous(assembly.Constants, "gate.example.org:51820");
            }
        });
        Assert.Equal("a.pe: signatures: there is no room for another one", fault.Message);
        PeAssembly.Read(assembly.Bytes, "a.pe");
    }

    private static byte[] Table(byte[] bytes, int table)
    {
        int start = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(40 + (4 * table)));
        int end = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(44 + (4 * table)));
        return bytes[start..(end - bytes[108 + table])];
    }

    private static List<int> MethodSignatures(byte[] bytes)
    {
        byte[] methods = Table(bytes, 6);
        return [.. Enumerable.Range(0, methods.Length / 16)
            .Select(i => (int)BinaryPrimitives.ReadUInt16LittleEndian(methods.AsSpan((16 * i) + 14)))];
    }
}
