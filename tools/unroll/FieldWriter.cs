using System.Collections.Generic;
using System.Linq;

namespace Spore.Unroll;

/// <summary>
/// Writes arithmetic modulo 2^255 - 19 on elements that are ten locals each, limb i of element x being <c>x_i</c> with
/// weight 2^ceil(25.5 i). What is written needs the locals m26, m25 and n19, and products and squares those of
/// <see cref="DeclareDoubled"/>.
/// </summary>
/// <remarks>
/// A column of a product is a local of its own, written once and read twice, each time first in its statement: the
/// compiler then leaves it on the evaluation stack.
/// </remarks>
internal sealed class FieldWriter(SourceWriter source)
{
    internal const int Limbs = 10;

    private readonly SourceWriter _source = source;

    /// <summary>The constants that products need.</summary>
    internal void Constants()
    {
        _source.Line("long m26 = 0x3FFFFFF;");
        _source.Line("long m25 = 0x1FFFFFF;");
        _source.Line("long n19 = 19;");
    }

    /// <summary>
    /// Declares the doubled limbs that products work with, or those of squares, which are all ten. Once for all, since
    /// the compiler gives every block locals of its own.
    /// </summary>
    internal void DeclareDoubled(bool squares)
    {
        IEnumerable<int> limbs = Enumerable.Range(0, Limbs).Where(i => squares || i % 2 == 1);
        _source.Line($"long {string.Join(", ", limbs.Select(i => $"d{i}"))};");
    }

    /// <summary>Declares elements.</summary>
    internal void Declare(params string[] elements)
    {
        foreach (string element in elements)
        {
            _source.Line($"long {string.Join(", ", Enumerable.Range(0, Limbs).Select(i => $"{element}_{i}"))};");
        }
    }

    /// <summary>Declares an element and loads it from an array.</summary>
    internal void Load(string element, string array)
    {
        EachLimb(i => $"long {element}_{i} = {array}[{i}];");
    }

    /// <summary>Loads an element that was declared from an array.</summary>
    internal void Assign(string element, string array)
    {
        EachLimb(i => $"{element}_{i} = {array}[{i}];");
    }

    /// <summary>Stores an element in an array.</summary>
    internal void Store(string array, string element)
    {
        EachLimb(i => $"{array}[{i}] = {element}_{i};");
    }

    /// <summary>r = a.</summary>
    internal void Copy(string r, string a)
    {
        EachLimb(i => $"{r}_{i} = {a}_{i};");
    }

    /// <summary>r = a + b, unreduced.</summary>
    internal void Add(string r, string a, string b)
    {
        EachLimb(i => $"{r}_{i} = {a}_{i} + {b}_{i};");
    }

    /// <summary>r = a - b, unreduced.</summary>
    internal void Subtract(string r, string a, string b)
    {
        EachLimb(i => $"{r}_{i} = {a}_{i} - {b}_{i};");
    }

    /// <summary>r = 2a - b, unreduced.</summary>
    internal void DoubleAndSubtract(string r, string a, string b)
    {
        EachLimb(i => $"{r}_{i} = {a}_{i} + {a}_{i} - {b}_{i};");
    }

    /// <summary>r = b when the mask is all ones, a when it is zero.</summary>
    internal void Select(string r, string mask, string a, string b)
    {
        EachLimb(i => $"{r}_{i} = (({a}_{i} ^ {b}_{i}) & {mask}) ^ {a}_{i};");
    }

    /// <summary>r = f * g, reduced; r is neither.</summary>
    internal void Multiply(string r, string f, string g)
    {
        _source.Block(string.Empty, () =>
        {
            for (int i = 1; i < Limbs; i += 2)
            {
                _source.Line($"d{i} = {f}_{i} + {f}_{i};");
            }

            for (int k = 0; k < Limbs; k++)
            {
                Column(r, k, ProductTerms(f, g, k), ProductTerms(f, g, k + Limbs));
            }

            Wrap(r);
        });
    }

    /// <summary>Declares what <see cref="MultiplyFixed"/> needs of a factor that stays the same.</summary>
    internal void PrepareFixed(string g)
    {
        for (int i = 1; i < Limbs; i++)
        {
            _source.Line($"long {g}f_{i} = {g}_{i} * n19;");
        }

        for (int i = 1; i < Limbs; i += 2)
        {
            _source.Line($"long {g}d_{i} = {g}_{i} + {g}_{i};");
            _source.Line($"long {g}df_{i} = {g}d_{i} * n19;");
        }
    }

    /// <summary>r = f * g, reduced; r is neither, and g was prepared.</summary>
    internal void MultiplyFixed(string r, string f, string g)
    {
        _source.Block(string.Empty, () =>
        {
            for (int k = 0; k < Limbs; k++)
            {
                List<string> terms = [];
                for (int i = 0; i < Limbs; i++)
                {
                    int j = (k - i + Limbs) % Limbs;
                    string kind = (i % 2 == 1 && j % 2 == 1 ? "d" : string.Empty) + (i > k ? "f" : string.Empty);
                    terms.Add($"{f}_{i} * {g}{kind}_{j}");
                }

                Column(r, k, terms, []);
            }

            Wrap(r);
        });
    }

    /// <summary>r = f squared, reduced; r is not f.</summary>
    internal void Square(string r, string f)
    {
        _source.Block(string.Empty, () =>
        {
            for (int i = 0; i < Limbs; i++)
            {
                _source.Line($"d{i} = {f}_{i} + {f}_{i};");
            }

            for (int k = 0; k < Limbs; k++)
            {
                Column(r, k, SquareTerms(f, k), SquareTerms(f, k + Limbs));
            }

            Wrap(r);
        });
    }

    /// <summary>r = a + f * factor, reduced.</summary>
    internal void MultiplySmallAndAdd(string r, string a, string f, string factor)
    {
        _source.Block(string.Empty, () =>
        {
            for (int k = 0; k < Limbs; k++)
            {
                Column(r, k, [$"{f}_{k} * {factor}", $"{a}_{k}"], []);
            }

            Wrap(r);
        });
    }

    /// <summary>The terms of f * g with the weight of limb k, or of limb k - 10 and to be taken times 19.</summary>
    internal static List<string> ProductTerms(string f, string g, int k)
    {
        List<string> terms = [];
        for (int i = 0; i < Limbs; i++)
        {
            int j = k - i;
            if (j is >= 0 and < Limbs)
            {
                // Odd limbs weigh half a bit more than their place, so a product of two odd ones counts double.
                terms.Add(i % 2 == 1 && j % 2 == 1 ? $"d{i} * {g}_{j}" : $"{f}_{i} * {g}_{j}");
            }
        }

        return terms;
    }

    /// <summary>The same for f * f, equal terms put together.</summary>
    internal static List<string> SquareTerms(string f, int k)
    {
        List<string> terms = [];
        for (int i = 0; i < Limbs; i++)
        {
            int j = k - i;
            if (j >= i && j < Limbs)
            {
                bool twice = i % 2 == 1 && j % 2 == 1;
                terms.Add((i == j, twice) switch
                {
                    (true, true) => $"d{i} * {f}_{i}",
                    (true, false) => $"{f}_{i} * {f}_{i}",
                    (false, true) => $"d{i} * d{j}",
                    (false, false) => $"d{i} * {f}_{j}",
                });
            }
        }

        return terms;
    }

    /// <summary>Bits in a limb.</summary>
    internal static int Bits(int limb)
    {
        return limb % 2 == 0 ? 26 : 25;
    }

    private void Column(string r, int k, List<string> terms, List<string> folded)
    {
        string sum = string.Join(" + ", k == 0 ? terms : terms.Prepend($"(t{k - 1} >> {Bits(k - 1)})"));
        if (folded.Count > 0)
        {
            sum += $" + (({string.Join(" + ", folded)}) * n19)";
        }

        _source.Line($"long t{k} = {sum};");
        _source.Line($"{r}_{k} = t{k} & m{Bits(k)};");
    }

    // What the last column carries has the weight of 2^255, which is 19.
    private void Wrap(string r)
    {
        _source.Line($"long t10 = ((t9 >> 25) * n19) + {r}_0;");
        _source.Line($"{r}_0 = t10 & m26;");
        _source.Line($"{r}_1 = (t10 >> 26) + {r}_1;");
    }

    private void EachLimb(System.Func<int, string> line)
    {
        for (int i = 0; i < Limbs; i++)
        {
            _source.Line(line(i));
        }
    }
}
