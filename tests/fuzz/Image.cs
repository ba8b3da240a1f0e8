using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;

namespace Spore.Fuzz;

/// <summary>
/// The state of all objects that can be reached from one, kept beside them: to be put back, or to be compared with.
/// What is read-only in them, and what is not Spore's, is not looked at. It allocates nothing after it is made.
/// </summary>
internal sealed class Image
{
    private static readonly Func<object, object> _clone =
        typeof(object).GetMethod(
            "MemberwiseClone", BindingFlags.NonPublic | BindingFlags.Instance)!.CreateDelegate<Func<object, object>>();

    private static readonly Dictionary<Type, Shape> _shapes = [];

    private readonly List<Part> _parts = [];

    /// <summary>Takes an image.</summary>
    /// <param name="root">The object to begin at.</param>
    /// <param name="isLeftOut">Which fields are not to be looked at, and what is behind them; null for none.</param>
    public Image(object root, Func<FieldInfo, bool>? isLeftOut = null)
    {
        HashSet<object> known = new(ReferenceEqualityComparer.Instance) { root };
        Queue<object> waiting = new([root]);
        while (waiting.TryDequeue(out object? next))
        {
            IEnumerable<object?> behind;
            if (next is Array array)
            {
                _parts.Add(new ArrayPart(array));
                behind = array.GetType().GetElementType()!.IsValueType ? [] : array.Cast<object?>();
            }
            else
            {
                Shape shape = ShapeOf(next.GetType(), isLeftOut);
                _parts.Add(new ObjectPart(next, shape));
                behind = shape.All.Where(f => !f.FieldType.IsValueType).Select(f => f.GetValue(next));
            }

            foreach (object? one in behind)
            {
                if (one is not null && (one is Array || IsOurs(one.GetType())) && known.Add(one))
                {
                    waiting.Enqueue(one);
                }
            }
        }
    }

    /// <summary>Copies a single object.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="original">The object.</param>
    /// <returns>One with the same fields.</returns>
    public static T Clone<T>(T original)
        where T : class => (T)_clone(original);

    /// <summary>Keeps the state as it is now.</summary>
    public void Save()
    {
        foreach (Part part in _parts)
        {
            part.Save();
        }
    }

    /// <summary>Puts back the state that was kept.</summary>
    public void Restore()
    {
        foreach (Part part in _parts)
        {
            part.Restore();
        }
    }

    /// <summary>Compares the state with the one that was kept.</summary>
    /// <returns>What is different, or null.</returns>
    public string? Difference()
    {
        foreach (Part part in _parts)
        {
            if (!part.IsSame)
            {
                return part.Difference();
            }
        }

        return null;
    }

    // Delegates and what the runtime or a library made has no part in the state.
    private static bool IsOurs(Type type) =>
        type.IsClass
        && !type.IsSubclassOf(typeof(Delegate))
        && (type.Namespace ?? string.Empty).StartsWith("Spore", StringComparison.Ordinal);

    private static Shape ShapeOf(Type type, Func<FieldInfo, bool>? isLeftOut)
    {
        if (isLeftOut is not null)
        {
            return new Shape(type, isLeftOut);
        }

        if (!_shapes.TryGetValue(type, out Shape? shape))
        {
            shape = new Shape(type, _ => false);
            _shapes.Add(type, shape);
        }

        return shape;
    }

    private abstract class Part
    {
        public abstract bool IsSame { get; }

        public abstract void Save();

        public abstract void Restore();

        public abstract string Difference();
    }

    private sealed class ArrayPart(Array array) : Part
    {
        private readonly Array _kept = (Array)array.Clone();
        private readonly bool _isPlain = array.GetType().GetElementType()!.IsPrimitive;

        public override bool IsSame =>
            _isPlain
                ? Bytes(array).SequenceEqual(Bytes(_kept))
                : !array.Cast<object?>().Where((o, i) => !ReferenceEquals(o, _kept.GetValue(i))).Any();

        public override void Save() => Array.Copy(array, _kept, array.Length);

        public override void Restore() => Array.Copy(_kept, array, array.Length);

        public override string Difference()
        {
            int at = Enumerable.Range(0, array.Length).First(i => !Equals(array.GetValue(i), _kept.GetValue(i)));
            return $"{array.GetType().Name} of {array.Length}: [{at}] is {array.GetValue(at)}, was "
                + $"{_kept.GetValue(at)}";
        }

        private static Span<byte> Bytes(Array array) =>
            MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), Buffer.ByteLength(array));
    }

    private sealed class ObjectPart(object target, Shape shape) : Part
    {
        private readonly object _kept = _clone(target);

        public override bool IsSame => shape.Same(target, _kept);

        public override void Save() => shape.Copy(target, _kept);

        public override void Restore() => shape.Copy(_kept, target);

        public override string Difference() => string.Join(
            ", ",
            shape.Changing.Where(f => !Equals(f.GetValue(target), f.GetValue(_kept)))
                .Select(f => $"{f.DeclaringType!.Name}.{f.Name} is {f.GetValue(target)}, was {f.GetValue(_kept)}"));
    }

    // How objects of one type are copied and compared.
    private sealed class Shape
    {
        public Shape(Type type, Func<FieldInfo, bool> isLeftOut)
        {
            for (Type? declaring = type;
                declaring is not null && declaring != typeof(object);
                declaring = declaring.BaseType)
            {
                All.AddRange(
                    declaring
                        .GetFields(
                            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
                            | BindingFlags.DeclaredOnly)
                        .Where(f => !isLeftOut(f)));
            }

            Changing = [.. All.Where(f => !f.IsInitOnly)];
            Copy = MakeCopy(type);
            Same = MakeSame(type);
        }

        public List<FieldInfo> All { get; } = [];

        public FieldInfo[] Changing { get; }

        public Action<object, object> Copy { get; }

        public Func<object, object, bool> Same { get; }

        private Action<object, object> MakeCopy(Type type)
        {
            DynamicMethod method = new(
                "Copy", null, [typeof(object), typeof(object)], typeof(Image).Module, skipVisibility: true);
            ILGenerator il = method.GetILGenerator();
            foreach (FieldInfo field in Changing)
            {
                il.Emit(OpCodes.Ldarg_1);
                il.Emit(OpCodes.Castclass, type);
                il.Emit(OpCodes.Ldarg_0);
                il.Emit(OpCodes.Castclass, type);
                il.Emit(OpCodes.Ldfld, field);
                il.Emit(OpCodes.Stfld, field);
            }

            il.Emit(OpCodes.Ret);
            return method.CreateDelegate<Action<object, object>>();
        }

        private Func<object, object, bool> MakeSame(Type type)
        {
            DynamicMethod method = new(
                "Same", typeof(bool), [typeof(object), typeof(object)], typeof(Image).Module, skipVisibility: true);
            ILGenerator il = method.GetILGenerator();
            Label different = il.DefineLabel();
            foreach (FieldInfo field in Changing)
            {
                if (field.FieldType is { IsValueType: true, IsPrimitive: false, IsEnum: false })
                {
                    throw new NotSupportedException($"{field.DeclaringType}.{field.Name}");
                }

                il.Emit(OpCodes.Ldarg_0);
                il.Emit(OpCodes.Castclass, type);
                il.Emit(OpCodes.Ldfld, field);
                il.Emit(OpCodes.Ldarg_1);
                il.Emit(OpCodes.Castclass, type);
                il.Emit(OpCodes.Ldfld, field);
                il.Emit(OpCodes.Bne_Un, different);
            }

            il.Emit(OpCodes.Ldc_I4_1);
            il.Emit(OpCodes.Ret);
            il.MarkLabel(different);
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Ret);
            return method.CreateDelegate<Func<object, object, bool>>();
        }
    }
}
