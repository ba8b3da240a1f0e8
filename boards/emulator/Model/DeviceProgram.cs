using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;

namespace Spore.Emulator;

/// <summary>The assemblies of a program, with what they refer to, and their types and methods by number.</summary>
internal sealed class DeviceProgram : IDisposable
{
    private readonly Resolver _resolver = new();
    private readonly List<AssemblyDefinition> _assemblies = [];
    private readonly Dictionary<string, DeviceType> _types = [];
    private readonly Dictionary<MethodDefinition, DeviceMethod> _methods = [];
    private readonly Dictionary<FieldDefinition, int> _fields = [];
    private readonly Dictionary<FieldDefinition, int> _statics = [];
    private readonly List<DataType> _staticTags = [];
    private readonly List<byte[]> _data = [];

    /// <summary>Reads the assemblies.</summary>
    /// <param name="files">Compiled device code. What it refers to is looked for beside it.</param>
    /// <exception cref="ProgramException">A file can't be read, or something that it refers to isn't there.</exception>
    public DeviceProgram(IReadOnlyList<string> files)
    {
        foreach (string file in files)
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            if (!_resolver.GetSearchDirectories().Contains(folder))
            {
                _resolver.AddSearchDirectory(folder);
            }
        }

        foreach (string file in files)
        {
            Add(Read(file), file);
        }

        Object = TypeOf("System.Object") ?? throw new ProgramException("mscorlib", "there is no System.Object in it");
        String = TypeOf("System.String") ?? throw new ProgramException("mscorlib", "there is no System.String in it");
    }

    /// <summary>The assemblies, each after those that it refers to.</summary>
    public IReadOnlyList<AssemblyDefinition> Assemblies => _assemblies;

    /// <summary>All types met so far, by number.</summary>
    public List<DeviceType> Types { get; } = [];

    /// <summary>All methods met so far, by number.</summary>
    public List<DeviceMethod> Methods { get; } = [];

    /// <summary>The tags of all static fields.</summary>
    public IReadOnlyList<DataType> Statics => _staticTags;

    /// <summary>The root of all types.</summary>
    public DeviceType Object { get; }

    /// <summary>The type of strings.</summary>
    public DeviceType String { get; }

    /// <summary>Finds a method by name.</summary>
    /// <param name="name">Full name of its type, two colons, and its name.</param>
    /// <param name="parameters">How many parameters it has, or -1 where there is only one of its name.</param>
    /// <returns>The method.</returns>
    /// <exception cref="ProgramException">There is none, or more than one.</exception>
    public DeviceMethod FindMethod(string name, int parameters = -1)
    {
        int colon = name.IndexOf("::", StringComparison.Ordinal);
        string type = colon < 0 ? name : name[..colon];
        string method = colon < 0 ? "Main" : name[(colon + 2)..];
        MethodDefinition[] found = [.. _assemblies.Select(a => a.MainModule.GetType(type))
            .Where(t => t is not null)
            .SelectMany(t => t.Methods)
            .Where(m => m.Name == method && (parameters < 0 || m.Parameters.Count == parameters))];
        return found.Length == 1
            ? MethodOf(found[0])
            : throw new ProgramException(
                name, found.Length == 0 ? "there is no such method" : "there is more than one such method");
    }

    /// <summary>The type for a reference to it.</summary>
    /// <param name="reference">The reference.</param>
    /// <returns>The type.</returns>
    public DeviceType TypeOf(TypeReference reference)
    {
        if (_types.TryGetValue(reference.FullName, out DeviceType? known))
        {
            return known;
        }

        if (reference is ArrayType array)
        {
            if (array.Rank != 1)
            {
                throw new ProgramException(
                    reference.FullName, "arrays of several dimensions don't exist on the device");
            }

            return AddType(new DeviceType(reference.FullName, TypeOf("System.Array"), null)
            {
                Element = TypeOf(array.ElementType),
            });
        }

        if (reference is GenericInstanceType or GenericParameter)
        {
            throw new ProgramException(reference.FullName, "generic types don't exist on the device");
        }

        TypeDefinition definition = Resolve(reference);
        DeviceType? baseType = definition.BaseType is null ? null : TypeOf(definition.BaseType);
        DeviceType type = AddType(new DeviceType(reference.FullName, baseType, definition));
        type.DataType = TagOf(reference);
        type.Interfaces = [.. definition.Interfaces.Select(i => TypeOf(i.InterfaceType))];
        LayOut(type, definition);
        return type;
    }

    /// <summary>Finds a type by name.</summary>
    /// <param name="name">Its full name.</param>
    /// <returns>The type, or null where no assembly has it.</returns>
    public DeviceType? TypeOf(string name)
    {
        if (_types.TryGetValue(name, out DeviceType? known))
        {
            return known;
        }

        TypeDefinition? definition = _assemblies.Select(a => a.MainModule.GetType(name))
            .FirstOrDefault(t => t is not null);
        return definition is null ? null : TypeOf((TypeReference)definition);
    }

    /// <summary>The array type with elements of a type.</summary>
    /// <param name="element">The type of the elements.</param>
    /// <returns>The array type.</returns>
    public DeviceType ArrayOf(DeviceType element)
    {
        return _types.TryGetValue(element.Name + "[]", out DeviceType? known)
            ? known
            : AddType(new DeviceType(element.Name + "[]", TypeOf("System.Array"), null) { Element = element });
    }

    /// <summary>A type that the runtime needs and the program does not name: an exception.</summary>
    /// <param name="name">Its full name.</param>
    /// <returns>The type.</returns>
    public DeviceType ExceptionType(string name)
    {
        DeviceType? known = TypeOf(name);
        if (known is null)
        {
            DeviceType root = TypeOf("System.Exception")
                ?? throw new ProgramException("mscorlib", "there is no System.Exception in it");
            known = AddType(new DeviceType(name, TypeOf("System.SystemException") ?? root, null));
            known.Fields = root.Fields;
        }

        return known;
    }

    /// <summary>The method for a reference to it.</summary>
    /// <param name="reference">The reference.</param>
    /// <returns>The method.</returns>
    public DeviceMethod MethodOf(MethodReference reference)
    {
        if (reference is GenericInstanceMethod
            || reference.HasGenericParameters
            || reference.DeclaringType is GenericInstanceType)
        {
            throw new ProgramException(reference.FullName, "generic methods don't exist on the device");
        }

        MethodDefinition definition = reference.Resolve()
            ?? throw new ProgramException(reference.FullName, "not found in any assembly");
        if (!_methods.TryGetValue(definition, out DeviceMethod? method))
        {
            DeviceType owner = TypeOf(definition.DeclaringType);
            method = new DeviceMethod(Methods.Count, definition, owner);
            Methods.Add(method);
            _methods[definition] = method;
            if (Framework.HasAssembly(definition.Module.Assembly.Name.Name))
            {
                method.Native = Framework.Find(definition);
            }
        }

        return method;
    }

    /// <summary>Where in an object a field is.</summary>
    /// <param name="reference">The field.</param>
    /// <returns>Its block, counted from the header.</returns>
    public int FieldOf(FieldReference reference)
    {
        FieldDefinition definition = Resolve(reference);
        _ = TypeOf(definition.DeclaringType);
        return _fields[definition];
    }

    /// <summary>Where a static field is.</summary>
    /// <param name="reference">The field.</param>
    /// <returns>Its number.</returns>
    public int StaticOf(FieldReference reference) => _statics[Resolve(reference)];

    /// <summary>What an array is initialised with.</summary>
    /// <param name="reference">The field that holds it in the metadata.</param>
    /// <returns>Its number, for <see cref="Data"/>.</returns>
    public int DataOf(FieldReference reference)
    {
        _data.Add(Resolve(reference).InitialValue);
        return _data.Count - 1;
    }

    /// <summary>Bytes from the metadata.</summary>
    /// <param name="index">Their number.</param>
    /// <returns>The bytes.</returns>
    public byte[] Data(int index) => _data[index];

    /// <summary>The tag of a slot of a type.</summary>
    /// <param name="reference">The type.</param>
    /// <returns>The tag.</returns>
    public DataType TagOf(TypeReference reference)
    {
        switch (reference.MetadataType)
        {
            case MetadataType.Boolean: return DataType.Boolean;
            case MetadataType.SByte: return DataType.I1;
            case MetadataType.Byte: return DataType.U1;
            case MetadataType.Char: return DataType.Char;
            case MetadataType.Int16: return DataType.I2;
            case MetadataType.UInt16: return DataType.U2;
            case MetadataType.Int32: return DataType.I4;
            case MetadataType.UInt32: return DataType.U4;
            case MetadataType.Int64: return DataType.I8;
            case MetadataType.UInt64: return DataType.U8;
            case MetadataType.Single: return DataType.R4;
            case MetadataType.Double: return DataType.R8;
            case MetadataType.String:
            case MetadataType.Object:
            case MetadataType.Class:
            case MetadataType.Array:
            case MetadataType.ByReference:
                return DataType.Object;
            case MetadataType.RequiredModifier:
            case MetadataType.OptionalModifier:
                return TagOf(((IModifierType)reference).ElementType);
            case MetadataType.ValueType:
                TypeDefinition definition = Resolve(reference);
                if (definition.IsEnum)
                {
                    return TagOf(definition.Fields.First(f => !f.IsStatic).FieldType);
                }

                return definition.FullName switch
                {
                    // Primitive types of mscorlib, where their own metadata names them.
                    "System.Boolean" => DataType.Boolean,
                    "System.SByte" => DataType.I1,
                    "System.Byte" => DataType.U1,
                    "System.Char" => DataType.Char,
                    "System.Int16" => DataType.I2,
                    "System.UInt16" => DataType.U2,
                    "System.Int32" => DataType.I4,
                    "System.UInt32" => DataType.U4,
                    "System.Int64" => DataType.I8,
                    "System.UInt64" => DataType.U8,
                    "System.Single" => DataType.R4,
                    "System.Double" => DataType.R8,
                    "System.DateTime" => DataType.DateTime,
                    "System.TimeSpan" => DataType.TimeSpan,
                    "System.Device.Gpio.PinValue" => DataType.I4,
                    "System.RuntimeFieldHandle" or "System.RuntimeTypeHandle" => DataType.Object,
                    _ => DataType.ValueType,
                };
            default:
                return DataType.ValueType;
        }
    }

    /// <summary>Finds what a virtual call runs.</summary>
    /// <param name="type">The type of the object.</param>
    /// <param name="called">The method that the call names.</param>
    /// <returns>The method to run, or null where there is none.</returns>
    public DeviceMethod? FindVirtual(DeviceType type, DeviceMethod called)
    {
        MethodDefinition wanted = called.Definition;
        for (DeviceType? at = type; at is not null; at = at.BaseType)
        {
            if (at.Definition is null)
            {
                continue;
            }

            foreach (MethodDefinition method in at.Definition.Methods)
            {
                if (method.IsStatic || method.IsAbstract)
                {
                    continue;
                }

                if (method == wanted
                    || method.Overrides.Any(o => o.Resolve() == wanted)
                    || (method.IsVirtual && method.Name == wanted.Name && SameShape(method, wanted)))
                {
                    return MethodOf(method);
                }
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AssemblyDefinition assembly in _assemblies)
        {
            assembly.Dispose();
        }

        _resolver.Dispose();
    }

    private static bool SameShape(MethodDefinition a, MethodDefinition b)
    {
        return a.Parameters.Count == b.Parameters.Count
            && a.Parameters.Zip(b.Parameters)
                .All(p => p.First.ParameterType.FullName == p.Second.ParameterType.FullName);
    }

    private static TypeDefinition Resolve(TypeReference reference) =>
        reference.Resolve() ?? throw new ProgramException(reference.FullName, "not found in any assembly");

    private static FieldDefinition Resolve(FieldReference reference) =>
        reference.Resolve() ?? throw new ProgramException(reference.FullName, "not found in any assembly");

    private AssemblyDefinition Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new ProgramException(file, "there is no such file");
        }

        try
        {
            bool symbols = File.Exists(Path.ChangeExtension(file, ".pdb"));
            return AssemblyDefinition.ReadAssembly(
                file, new ReaderParameters { AssemblyResolver = _resolver, ReadSymbols = symbols });
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException
            or Mono.Cecil.Cil.SymbolsNotFoundException or Mono.Cecil.Cil.SymbolsNotMatchingException)
        {
            throw new ProgramException(file, $"can't be read as an assembly ({e.Message.ReplaceLineEndings(" ")})");
        }
    }

    private void Add(AssemblyDefinition assembly, string file)
    {
        if (_assemblies.Any(a => a.Name.Name == assembly.Name.Name))
        {
            return;
        }

        _resolver.Register(assembly);
        foreach (AssemblyNameReference name in assembly.MainModule.AssemblyReferences)
        {
            if (_assemblies.Any(a => a.Name.Name == name.Name))
            {
                continue;
            }

            string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, name.Name + ".dll");
            if (!File.Exists(beside))
            {
                throw new ProgramException(file, $"refers to {name.Name}, which is not beside it");
            }

            Add(Read(beside), beside);
        }

        _assemblies.Add(assembly);
        foreach (FieldDefinition field in assembly.MainModule.GetTypes().SelectMany(t => t.Fields))
        {
            if (field.IsStatic && !field.IsLiteral && field.RVA == 0)
            {
                _statics[field] = _staticTags.Count;
                _staticTags.Add(TagOf(field.FieldType));
            }
        }
    }

    private DeviceType AddType(DeviceType type)
    {
        type.Id = Types.Count;
        Types.Add(type);
        _types[type.Name] = type;
        return type;
    }

    private void LayOut(DeviceType type, TypeDefinition definition)
    {
        List<DataType> tags = [.. type.BaseType?.Fields ?? []];
        FieldDefinition[] fields = [.. definition.Fields.Where(f => !f.IsStatic)];
        foreach (FieldDefinition field in fields)
        {
            tags.Add(TagOf(field.FieldType));
            _fields[field] = tags.Count;
        }

        if (fields.Length == 0)
        {
            // The declarations that device code compiles against have no fields.
            tags.AddRange(Framework.FieldsOf(definition.FullName));
        }

        type.Fields = [.. tags];
    }

    private sealed class Resolver : DefaultAssemblyResolver
    {
        public Resolver()
        {
            foreach (string folder in GetSearchDirectories())
            {
                RemoveSearchDirectory(folder);
            }
        }

        public void Register(AssemblyDefinition assembly) => RegisterAssembly(assembly);
    }
}
