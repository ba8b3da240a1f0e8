using System.Collections.Generic;
using Mono.Cecil;

namespace Spore.Emulator;

/// <summary>A class, interface or array type of the program.</summary>
internal sealed class DeviceType
{
    private readonly Dictionary<DeviceMethod, DeviceMethod?> _virtual = [];

    /// <summary>Describes a type.</summary>
    /// <param name="name">Its full name.</param>
    /// <param name="baseType">What it inherits from.</param>
    /// <param name="definition">Its metadata, or null where it is only the runtime's.</param>
    public DeviceType(string name, DeviceType? baseType, TypeDefinition? definition)
    {
        Name = name;
        BaseType = baseType;
        Definition = definition;
    }

    /// <summary>Its number, as objects hold it.</summary>
    public int Id { get; set; }

    /// <summary>Its full name.</summary>
    public string Name { get; }

    /// <summary>What it inherits from, or null.</summary>
    public DeviceType? BaseType { get; }

    /// <summary>Its metadata, or null where it is only the runtime's.</summary>
    public TypeDefinition? Definition { get; }

    /// <summary>Of an array type: the type of its elements.</summary>
    public DeviceType? Element { get; init; }

    /// <summary>The tags of its fields, those that it inherits first.</summary>
    public DataType[] Fields { get; set; } = [];

    /// <summary>The interfaces that it names, not those that it inherits.</summary>
    public IReadOnlyList<DeviceType> Interfaces { get; set; } = [];

    /// <summary>The tag that a value of it has: a number's, or <see cref="DataType.Object"/>.</summary>
    public DataType DataType { get; set; } = DataType.Object;

    /// <summary>Whether it is a type of delegates.</summary>
    public bool IsDelegate => BaseType?.Name == "System.MulticastDelegate";

    /// <summary>Whether a value of it can stand where the other is wanted.</summary>
    /// <param name="other">The type wanted.</param>
    /// <returns>Whether it is the same, derives from it or implements it.</returns>
    public bool IsA(DeviceType other)
    {
        if (other.Name == "System.Object" || (Element is not null && other.Name == "System.Array"))
        {
            return true;
        }

        if (Element is not null && other.Element is not null)
        {
            return DataType == other.DataType
                && Element.IsA(other.Element)
                && Element.DataType == other.Element.DataType;
        }

        for (DeviceType? type = this; type is not null; type = type.BaseType)
        {
            if (type == other)
            {
                return true;
            }

            foreach (DeviceType implemented in type.Interfaces)
            {
                if (implemented.IsA(other))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Finds what a virtual call of a method runs on an object of this type.</summary>
    /// <param name="called">The method named by the call.</param>
    /// <param name="find">Finds the implementation the first time.</param>
    /// <returns>The method to run, or null where there is none.</returns>
    public DeviceMethod? Resolve(DeviceMethod called, System.Func<DeviceType, DeviceMethod, DeviceMethod?> find)
    {
        if (!_virtual.TryGetValue(called, out DeviceMethod? found))
        {
            found = find(this, called);
            _virtual[called] = found;
        }

        return found;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
