namespace Spore.Flash;

/// <summary>The tables of a <c>.pe</c> file, in their order.</summary>
internal enum PeTable
{
    /// <summary>The assemblies it refers to, 12 bytes each: name, padding, version.</summary>
    AssemblyRef,

    /// <summary>Types of others.</summary>
    TypeRef,

    /// <summary>Fields of others.</summary>
    FieldRef,

    /// <summary>Methods of others.</summary>
    MethodRef,

    /// <summary>Its types.</summary>
    TypeDef,

    /// <summary>Its fields, 8 bytes each: name, signature, value, flags.</summary>
    FieldDef,

    /// <summary>
    /// Its methods, 16 bytes each: name, code, flags (32 bits), then what the interpreter needs to call it.
    /// </summary>
    MethodDef,

    /// <summary>Attributes.</summary>
    Attributes,

    /// <summary>Types made of others.</summary>
    TypeSpec,

    /// <summary>Resources.</summary>
    Resources,

    /// <summary>What is in them.</summary>
    ResourcesData,

    /// <summary>Names, in UTF-8, each with a zero behind it.</summary>
    Strings,

    /// <summary>Signatures, and fields' values behind their length (16 bits).</summary>
    Signatures,

    /// <summary>Code.</summary>
    ByteCode,

    /// <summary>Files of resources.</summary>
    ResourcesFiles,

    /// <summary>Where the last table ends, and with it the assembly.</summary>
    End,
}
