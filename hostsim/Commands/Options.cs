using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary>Options that say plainly what they want.</summary>
internal static class Options
{
    private static readonly char[] _digits = [.. "0123456789"];

    /// <summary>Turns an option's text into its value.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The value.</param>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <returns>Whether the text was understood.</returns>
    public delegate bool TryParse<T>(string text, out T value);

    /// <summary>Reads the value of an option from its text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fault">What is wrong with it and what to write instead, or null.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value, or null when something is wrong.</returns>
    public delegate T? Read<T>(string text, out string? fault)
        where T : class;

    /// <summary>An option that takes a whole number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="unit">What the number counts, for the help text.</param>
    /// <param name="lowest">The lowest number allowed.</param>
    /// <param name="highest">The highest number allowed.</param>
    /// <param name="usual">The number when the option is not given.</param>
    /// <param name="description">What it is for.</param>
    /// <returns>The option.</returns>
    public static Option<long> Whole(
        string name, string unit, long lowest, long highest, long usual, string description)
    {
        string wanted = highest == long.MaxValue
            ? $"a whole number from {lowest}"
            : $"a whole number from {lowest} to {highest}";
        Option<long> option = Of(
            name,
            unit,
            wanted,
            description,
            (string text, out long value) => long.TryParse(
                text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
                && value >= lowest && value <= highest);
        option.DefaultValueFactory = _ => usual;
        return option;
    }

    /// <summary>The option that asks for the core's own primitives.</summary>
    /// <returns>The option.</returns>
    public static Option<bool> OwnCrypto() => new("--own-crypto")
    {
        Description = "Use the core's own X25519, BLAKE2s and ChaCha20-Poly1305, which are slower than the machine's.",
    };

    /// <summary>An option that takes a percentage.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="usual">The percentage when the option is not given.</param>
    /// <param name="description">What it is for.</param>
    /// <returns>The option.</returns>
    public static Option<double> Percent(string name, double usual, string description)
    {
        Option<double> option = Of(
            name,
            "PERCENT",
            "a number from 0 to 100",
            description,
            (string text, out double value) => double.TryParse(
                text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
                && value is >= 0 and <= 100);
        option.DefaultValueFactory = _ => usual;
        return option;
    }

    /// <summary>An option that takes a number of bytes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="usual">The number when the option is not given.</param>
    /// <param name="description">What it is for.</param>
    /// <returns>The option.</returns>
    public static Option<int> Size(string name, int usual, string description)
    {
        Option<int> option = Of<int>(
            name,
            "SIZE",
            "a size from 1 to 2147483647 bytes, such as 500kB, 64MB or 1GB",
            description,
            TryParseSize);
        option.DefaultValueFactory = _ => usual;
        return option;
    }

    /// <summary>An option that takes one value.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="placeholder">What stands for the value in the help text.</param>
    /// <param name="wanted">What the value has to be, for the complaint.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="parse">Reads the value.</param>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <returns>The option.</returns>
    public static Option<T> Of<T>(string name, string placeholder, string wanted, string description, TryParse<T> parse)
    {
        return new Option<T>(name)
        {
            HelpName = placeholder,
            Description = description,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (parse(text, out T value))
                {
                    return value;
                }

                result.AddError($"{name}: {MessageText.Quote(text)} is not {wanted}");
                return default;
            },
        };
    }

    /// <summary>An option with one value, of which the reader tells what is wrong.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="placeholder">What stands for the value in the help text.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="read">Reads the value.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The option.</returns>
    public static Option<T?> Of<T>(string name, string placeholder, string description, Read<T> read)
        where T : class
    {
        return new Option<T?>(name)
        {
            HelpName = placeholder,
            Description = description,
            CustomParser = result => Value(name, result, result.Tokens[0].Value, read),
        };
    }

    /// <summary>An option that may be given more than once.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="placeholder">What stands for a value in the help text.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="read">Reads a value.</param>
    /// <typeparam name="T">The type of a value.</typeparam>
    /// <returns>The option.</returns>
    public static Option<T[]> Many<T>(string name, string placeholder, string description, Read<T> read)
        where T : class
    {
        return new Option<T[]>(name)
        {
            HelpName = placeholder,
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => [],
            CustomParser = result =>
            {
                T[] values = new T[result.Tokens.Count];
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = Value(name, result, result.Tokens[i].Value, read)!;
                }

                return values;
            },
        };
    }

    private static bool TryParseSize(string text, out int bytes)
    {
        string unit = text.TrimStart(_digits);
        long factor = unit.ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "KB" => 1000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            _ => 0,
        };
        bool isNumber = int.TryParse(
            text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        long size = number * factor;
        bytes = isNumber && size is > 0 and <= int.MaxValue ? (int)size : 0;
        return bytes > 0;
    }

    private static T? Value<T>(string name, ArgumentResult result, string text, Read<T> read)
        where T : class
    {
        T? value = read(text, out string? fault);
        if (fault != null)
        {
            result.AddError($"{name}: {fault}");
        }

        return value;
    }
}
