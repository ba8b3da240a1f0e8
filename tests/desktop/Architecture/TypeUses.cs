using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Spore.Tests.Architecture;

/// <summary>
/// Every type that the types of an assembly use: in their declarations, attributes, members, locals, handlers and IL,
/// with generic arguments. A constant of another type is not seen, because the compiler copies its value.
/// </summary>
internal static class TypeUses
{
    /// <summary>Walks an assembly.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>The outermost type that uses another one, the member that does, and the outermost type used.</returns>
    public static IEnumerable<(TypeReference User, string Member, TypeReference Used)> In(AssemblyDefinition assembly)
    {
        foreach (TypeDefinition type in assembly.MainModule.GetTypes())
        {
            foreach ((string member, TypeReference used) in OfType(type))
            {
                foreach (TypeReference part in Parts(used))
                {
                    yield return (Outermost(type), member, Outermost(part));
                }
            }
        }
    }

    private static IEnumerable<(string Member, TypeReference Used)> OfType(TypeDefinition type)
    {
        IEnumerable<TypeReference> own = type.Interfaces.SelectMany(i => OfAttributes(i).Append(i.InterfaceType))
            .Concat(OfAttributes(type))
            .Concat(OfParameters(type));
        if (type.BaseType != null)
        {
            own = own.Append(type.BaseType);
        }

        return own.Select(t => (type.Name, t))
            .Concat(type.Fields.SelectMany(f => OfAttributes(f).Append(f.FieldType).Select(t => (f.Name, t))))
            .Concat(type.Properties.SelectMany(p => OfAttributes(p).Append(p.PropertyType).Select(t => (p.Name, t))))
            .Concat(type.Events.SelectMany(e => OfAttributes(e).Append(e.EventType).Select(t => (e.Name, t))))
            .Concat(type.Methods.SelectMany(m => OfMethod(m).Select(t => (m.Name, t))));
    }

    private static IEnumerable<TypeReference> OfMethod(MethodDefinition method)
    {
        IEnumerable<TypeReference> declared = OfSignature(method)
            .Concat(OfAttributes(method))
            .Concat(OfAttributes(method.MethodReturnType))
            .Concat(method.Parameters.SelectMany(OfAttributes))
            .Concat(OfParameters(method))
            .Concat(method.Overrides.SelectMany(OfMember));
        return method.HasBody
            ? declared
                .Concat(method.Body.Variables.Select(v => v.VariableType))
                .Concat(method.Body.ExceptionHandlers.Select(h => h.CatchType).OfType<TypeReference>())
                .Concat(method.Body.Instructions.SelectMany(OfOperand))
            : declared;
    }

    private static IEnumerable<TypeReference> OfOperand(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        MemberReference member => OfMember(member),
        CallSite site => OfSignature(site),
        _ => [],
    };

    private static IEnumerable<TypeReference> OfMember(MemberReference member) => member switch
    {
        GenericInstanceMethod generic => generic.GenericArguments.Concat(OfMember(generic.ElementMethod)),
        MethodReference method => OfSignature(method).Append(method.DeclaringType),
        FieldReference field => [field.FieldType, field.DeclaringType],
        _ => [],
    };

    private static IEnumerable<TypeReference> OfSignature(IMethodSignature method) =>
        method.Parameters.Select(p => p.ParameterType).Append(method.ReturnType);

    private static IEnumerable<TypeReference> OfParameters(IGenericParameterProvider generic) =>
        generic.GenericParameters.SelectMany(p => OfAttributes(p).Concat(p.Constraints.Select(c => c.ConstraintType)));

    private static IEnumerable<TypeReference> OfAttributes(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.SelectMany(a => a.ConstructorArguments
            .Concat(a.Fields.Concat(a.Properties).Select(n => n.Argument))
            .SelectMany(OfArgument)
            .Append(a.AttributeType));

    private static IEnumerable<TypeReference> OfArgument(CustomAttributeArgument argument) => argument.Value switch
    {
        TypeReference type => [type, argument.Type],
        CustomAttributeArgument boxed => OfArgument(boxed),
        CustomAttributeArgument[] array => array.SelectMany(OfArgument).Append(argument.Type),
        _ => [argument.Type],
    };

    // An array, a reference or a generic instance is made of other types.
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericParameter => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Concat(Parts(generic.ElementType)),
        FunctionPointerType pointer => OfSignature(pointer).SelectMany(Parts),
        IModifierType modified => Parts(modified.ModifierType).Concat(Parts(modified.ElementType)),
        TypeSpecification made => Parts(made.ElementType),
        _ => [type],
    };

    private static TypeReference Outermost(TypeReference type) =>
        type.DeclaringType == null ? type : Outermost(type.DeclaringType);
}
