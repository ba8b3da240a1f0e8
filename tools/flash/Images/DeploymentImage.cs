using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>
/// What is written into a board's deployment partition: assemblies one behind the other, each after
/// those that it refers to.
/// </summary>
internal sealed class DeploymentImage
{
    private DeploymentImage(IReadOnlyList<PeAssembly> assemblies)
    {
        Assemblies = assemblies;
    }

    /// <summary>The assemblies, in their order.</summary>
    public IReadOnlyList<PeAssembly> Assemblies { get; }

    private IEnumerable<ConstantArray> Constants => Assemblies.SelectMany(a => a.Constants);

    /// <summary>Puts together the program among some assemblies, and what it refers to.</summary>
    /// <param name="assemblies">The assemblies; they are not changed.</param>
    /// <param name="where">Where they are from, for messages.</param>
    /// <returns>The image.</returns>
    /// <exception cref="InputException">
    /// There is not one program among them, or one is missing or of another version.
    /// </exception>
    public static DeploymentImage Compose(IReadOnlyList<PeAssembly> assemblies, string where)
    {
        List<PeAssembly> ordered = [];
        Add(FindProgram(assemblies, where), assemblies, where, ordered, []);
        return new DeploymentImage([.. ordered.Select(a => PeAssembly.Read(a.Bytes, a.Name))]);
    }

    /// <summary>Reads an image as nanoCLR does: assembly by assembly, with their checksums and references.</summary>
    /// <param name="bytes">The image. There may be erased flash behind it.</param>
    /// <param name="where">The file, for messages.</param>
    /// <returns>The image.</returns>
    /// <exception cref="InputException">nanoCLR would not run it.</exception>
    public static DeploymentImage Read(byte[] bytes, string where)
    {
        List<PeAssembly> assemblies = [];
        for (int offset = 0; offset < bytes.Length && !PeAssembly.IsErased(bytes.AsSpan(offset));)
        {
            PeAssembly assembly = PeAssembly.Read(
                bytes.AsSpan(offset), string.Create(CultureInfo.InvariantCulture, $"{where}:0x{offset:x}"));
            if (assemblies.Any(a => a.Name == assembly.Name))
            {
                throw new InputException(where, assembly.Name, "this assembly is in the image twice");
            }

            foreach (PeReference reference in assembly.References)
            {
                Resolve(assembly, reference, assemblies, where);
            }

            assemblies.Add(assembly);
            offset += Aligned(assembly.Bytes.Length);
        }

        FindProgram(assemblies, where);
        return new DeploymentImage(assemblies);
    }

    /// <summary>Makes a node of it, whose firmware has to be nobody's yet.</summary>
    /// <param name="identity">The node's identity.</param>
    /// <param name="rendezvous">Where it says hello beyond its own network, or null.</param>
    /// <exception cref="InputException">The firmware has no places for that, or is a node's already.</exception>
    public void Provision(NodeIdentity identity, string? rendezvous)
    {
        byte[] before = FirmwareRecords.Identity(Constants).Value;
        if (IdentityRecord.Check(before, 0, before.Length) != IdentityFault.Unprovisioned)
        {
            throw new InputException("identity", null, "the firmware has one already; take it as it was built");
        }

        FirmwareRecords.WriteIdentity(Constants, identity.Record);
        if (rendezvous is not null)
        {
            FirmwareRecords.WriteRendezvous(Constants, rendezvous);
        }
    }

    /// <summary>The identity in it, as its firmware would find it.</summary>
    /// <param name="where">The file, for messages.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="InputException">There is none, or it is not sound.</exception>
    public NodeIdentity Identity(string where) =>
        NodeIdentity.FromRecord(FirmwareRecords.Identity(Constants).Value, where);

    /// <summary>The rendezvous in it.</summary>
    /// <returns>Host and port, empty for none.</returns>
    public string Rendezvous() => RendezvousRecord.Read(FirmwareRecords.Rendezvous(Constants).Value);

    /// <summary>The bytes to be written.</summary>
    /// <returns>All assemblies, each filled up with zeros to a multiple of four bytes.</returns>
    public byte[] ToArray()
    {
        using MemoryStream bytes = new();
        foreach (PeAssembly assembly in Assemblies)
        {
            bytes.Write(assembly.Bytes);
            bytes.SetLength(Aligned((int)bytes.Length));
            bytes.Position = bytes.Length;
        }

        return bytes.ToArray();
    }

    private static PeAssembly FindProgram(IReadOnlyList<PeAssembly> assemblies, string where)
    {
        List<PeAssembly> programs = [.. assemblies.Where(a => a.IsProgram)];
        return programs.Count == 1 ? programs[0]
            : throw new InputException(where, null, programs.Count == 0
                ? "there is no program in it (an assembly with a Main)"
                : $"there is more than one program in it: {string.Join(", ", programs.Select(p => p.Name))}");
    }

    private static void Add(
        PeAssembly assembly,
        IReadOnlyList<PeAssembly> given,
        string where,
        List<PeAssembly> ordered,
        HashSet<string> above)
    {
        if (ordered.Contains(assembly))
        {
            return;
        }

        if (!above.Add(assembly.Name))
        {
            throw new InputException(where, assembly.Name, "this assembly needs itself, through what it refers to");
        }

        foreach (PeReference reference in assembly.References)
        {
            Add(Resolve(assembly, reference, given, where), given, where, ordered, above);
        }

        ordered.Add(assembly);
    }

    private static PeAssembly Resolve(
        PeAssembly assembly, PeReference reference, IReadOnlyList<PeAssembly> given, string where)
    {
        PeAssembly? found = given.FirstOrDefault(a => a.Name == reference.Name);
        if (found is null)
        {
            throw new InputException(
                where, assembly.Name, $"it needs {reference.Name} {reference.Version}, which is not there");
        }

        return reference.IsMetBy(found) ? found
            : throw new InputException(
                where,
                assembly.Name,
                $"it needs {reference.Name} {reference.Version.Major}.{reference.Version.Minor}, and {found.Version} "
                + "is there");
    }

    private static int Aligned(int size) =>
        (size + PeAssembly.Alignment - 1) / PeAssembly.Alignment * PeAssembly.Alignment;
}
