using Mesh.Contracts;

namespace Mesh.Rules.Yaml;

/// <summary>A node of a YAML file with its place in it. Three kinds: scalar, mapping, sequence.</summary>
public abstract class YamlNode
{
    private protected YamlNode(YamlSource source, Position at)
    {
        Source = source;
        At = at;
    }

    public string File => Source.File;

    public Position At { get; }

    /// <summary>As an error names it: <c>the text 'x'</c>, <c>a mapping</c>, <c>a list</c>.</summary>
    public abstract string Description { get; }

    internal YamlSource Source { get; }
}

/// <summary>A key and its value.</summary>
public sealed record YamlEntry(YamlScalar Key, YamlNode Value);

/// <summary>Entries in the order written; keys are unique texts.</summary>
public sealed class YamlMapping : YamlNode
{
    internal YamlMapping(YamlSource source, Position at, IReadOnlyList<YamlEntry> entries)
        : base(source, at) => Entries = entries;

    public IReadOnlyList<YamlEntry> Entries { get; }

    public override string Description => "a mapping";

    public YamlNode? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (string.Equals(entry.Key.Text, key, StringComparison.Ordinal))
            {
                return entry.Value;
            }
        }

        return null;
    }
}

/// <summary>A list.</summary>
public sealed class YamlSequence : YamlNode
{
    internal YamlSequence(YamlSource source, Position at, IReadOnlyList<YamlNode> items)
        : base(source, at) => Items = items;

    public IReadOnlyList<YamlNode> Items { get; }

    public override string Description => "a list";
}

/// <summary>
/// A single value. <see cref="Text"/> is what is written; <see cref="Value"/> what YAML 1.2's core schema makes of it:
/// only <c>true</c>/<c>false</c>, numbers and <c>null</c> are more than text, and only when unquoted.
/// </summary>
public sealed class YamlScalar : YamlNode
{
    internal YamlScalar(YamlSource source, Position at, int index, string text, bool plain, bool block)
        : base(source, at)
    {
        Text = text;
        IsPlain = plain;
        Index = index;
        IsBlock = block;
    }

    public string Text { get; }

    /// <summary>Written without quotes and not as a block.</summary>
    public bool IsPlain { get; }

    /// <summary>Empty, <c>null</c> or <c>~</c>, unquoted.</summary>
    public bool IsNull => IsPlain && (Text is "" or "~" or "null" or "Null" or "NULL");

    /// <summary>A boolean, a number or a text; unknown for null. A number beyond IEEE double is unknown too.</summary>
    public Value Value => IsPlain ? CoreSchema.Resolve(Text) : Value.Of(Text);

    public override string Description => IsNull ? "nothing" : $"'{Shorten(Text)}'";

    internal int Index { get; }

    internal bool IsBlock { get; }

    /// <summary>Where the character <paramref name="offset"/> of <see cref="Text"/> stands in the file.</summary>
    public Position PositionOf(int offset) => Source.PositionOf(this, offset);

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : line[..57] + "...";
    }
}
