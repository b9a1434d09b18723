using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Edge;

/// <summary>How a recording separates its fields.</summary>
public enum RowFormat : byte
{
    /// <summary>Fields between runs of blanks and tabs.</summary>
    Space,

    /// <summary>Fields between single tabs; a field may be empty.</summary>
    Tab,

    /// <summary>Fields between commas; quotes as in RFC 4180, but a quoted field ends on its line.</summary>
    Csv,

    /// <summary>One JSON object per line; a column is the path of a property: <c>payload.temperature</c>.</summary>
    Jsonl,
}

/// <summary>What the first line of a recording is.</summary>
public enum HeaderLine : byte
{
    None,

    /// <summary>It names the columns.</summary>
    Names,

    /// <summary>It is not looked at.</summary>
    Skip,
}

/// <summary>What the text of a value column is read as, where no table says more.</summary>
public enum ValueType : byte
{
    Number,
    Text,

    /// <summary><c>true</c> or <c>false</c>, <c>1</c> or <c>0</c>.</summary>
    Boolean,
}

/// <summary>
/// A mapping file as it is written: how each row of a foreign log becomes readings. <c>recordings.md</c> beside this
/// project describes the file. Column names are resolved when a recording is opened, because its header may give them.
/// </summary>
public sealed record MappingFile
{
    public required string File { get; init; }

    public RowFormat Format { get; init; }

    public HeaderLine Header { get; init; }

    /// <summary>Rows begin with a number that the header does not name; absent: seen from the first row.</summary>
    public bool? RowNumber { get; init; }

    /// <summary>The columns in order; empty when the header or JSON names them.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    public required TimeMapping At { get; init; }

    public TimeMapping? Received { get; init; }

    /// <summary>Lines that begin so are left out.</summary>
    public string? Comment { get; init; }

    /// <summary>Rows that do not satisfy all of them are left out.</summary>
    public IReadOnlyList<RowFilter> Where { get; init; } = [];

    /// <summary>Rows that satisfy one of them are left out.</summary>
    public IReadOnlyList<RowFilter> Skip { get; init; } = [];

    public IReadOnlyList<ReadingMapping> Readings { get; init; } = [];

    /// <summary>The mapping, or null when <paramref name="diagnostics"/> holds an error of it.</summary>
    public static MappingFile? Parse(string file, string text, Diagnostics diagnostics) =>
        new MappingReader(file, diagnostics).Read(text);
}

/// <summary>A column by name, with the place where the mapping names it.</summary>
public sealed record ColumnReference(string Name, string File, Position Place);

/// <summary>One reading of a row.</summary>
public sealed record ReadingMapping(
    TextMapping Device,
    TextMapping Sensor,
    ValueMapping Value,
    string? Unit,
    IReadOnlyList<KeyValuePair<string, TextMapping>> Labels,
    IReadOnlyList<KeyValuePair<string, ValueMapping>> Fields,
    IReadOnlyList<RowFilter> Where
);

/// <summary>A text made of constants and columns, and then looked up in a table where there is one.</summary>
public sealed record TextMapping(IReadOnlyList<TextPart> Parts, ValueTable? Table);

/// <summary>A constant, or a column.</summary>
public sealed record TextPart(string Literal, ColumnReference? Column);

/// <summary>A value from a column, or a constant one.</summary>
/// <param name="Column">The column; null for a constant.</param>
/// <param name="Constant">The constant.</param>
/// <param name="Table">What each text means; null: <paramref name="Type"/> decides.</param>
/// <param name="Type">How a text without a table is read.</param>
/// <param name="Missing">Texts that stand for "no value": such a reading is not made, but counted.</param>
public sealed record ValueMapping(
    ColumnReference? Column,
    Value Constant,
    ValueTable? Table,
    ValueType Type,
    IReadOnlyList<string> Missing
);

/// <summary>A condition on a row: the column's text equals one of the texts, in which <c>*</c> stands for anything.</summary>
public sealed record RowFilter(ColumnReference Column, IReadOnlyList<string> Patterns)
{
    public bool Holds(ReadOnlySpan<char> text)
    {
        foreach (var pattern in Patterns)
        {
            if (Wildcard.Matches(pattern, text))
            {
                return true;
            }
        }

        return false;
    }
}
