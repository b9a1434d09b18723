using System.Text;

namespace Mesh.Contracts.Blocks;

/// <summary>What <see cref="TableWriter"/> wrote, read back: one instance per text, labels and fields.</summary>
internal sealed class Tables
{
    private Tables(string[] texts) => Texts = texts;

    internal string[] Texts { get; }

    internal Labels[] Labels { get; private set; } = [];

    internal Fields[] Fields { get; private set; } = [];

    internal static Tables Read(ref ByteCursor from)
    {
        var texts = new string[from.CountOfBytes(BlockBounds.Bytes)];
        var before = "";
        long total = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            before = texts[i] = ReadText(ref from, before);

            // Shared beginnings could make few bytes into much text.
            total += before.Length;
            if (total > BlockBounds.Bytes)
            {
                throw new FormatException($"the texts of a block exceed {BlockBounds.Bytes} characters");
            }
        }

        var tables = new Tables(texts);
        tables.Labels = new Labels[from.CountOfBytes(BlockBounds.Bytes)];
        for (var i = 0; i < tables.Labels.Length; i++)
        {
            var entries = new KeyValuePair<string, string>[from.CountOfBytes(BlockBounds.Entries)];
            for (var e = 0; e < entries.Length; e++)
            {
                entries[e] = new(from.In(texts), from.In(texts));
            }

            tables.Labels[i] = entries.Length == 0 ? Contracts.Labels.Empty : new Labels(entries);
        }

        tables.Fields = new Fields[from.CountOfBytes(BlockBounds.Bytes)];
        for (var i = 0; i < tables.Fields.Length; i++)
        {
            var entries = new KeyValuePair<string, Value>[from.CountOfBytes(BlockBounds.Entries)];
            for (var e = 0; e < entries.Length; e++)
            {
                entries[e] = new(from.In(texts), tables.Value(ref from));
            }

            tables.Fields[i] = entries.Length == 0 ? Contracts.Fields.Empty : new Fields(entries);
        }

        return tables;
    }

    internal string? Optional(ref ByteCursor from)
    {
        var place = from.Number();
        return place == 0 ? null
            : place <= (ulong)Texts.Length ? Texts[place - 1]
            : throw new FormatException($"{place - 1} is no place in a table of {Texts.Length}");
    }

    internal Value Value(ref ByteCursor from, bool inList = false) =>
        (ValueKind)from.Byte() switch
        {
            ValueKind.Unknown => Contracts.Value.Unknown,
            ValueKind.Boolean => Contracts.Value.Of(from.Byte() != 0),
            ValueKind.Number => Contracts.Value.Of(from.Double()),
            ValueKind.Text => Contracts.Value.Of(from.In(Texts)),
            ValueKind.Duration => Contracts.Value.Duration(from.Signed()),
            ValueKind.Instant => Contracts.Value.Of(new Timestamp(from.Signed())),
            ValueKind.List when !inList => List(ref from),
            var other => throw new FormatException($"{(byte)other} is no kind of value"),
        };

    private Value List(ref ByteCursor from)
    {
        var items = new Value[from.Count(Limits.ListItems)];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Value(ref from, inList: true);
        }

        return Contracts.Value.List(items);
    }

    private static string ReadText(ref ByteCursor from, string before)
    {
        var shared = from.Count(before.Length);
        var length = from.Number();
        if (length >> 1 > (ulong)Math.Min(from.Left, 3 * BlockBounds.Text))
        {
            throw new FormatException($"a text of {length >> 1} bytes is too long");
        }

        var text = before[..shared];
        if ((length & 1) == 0)
        {
            text += Encoding.UTF8.GetString(from.Raw((int)(length >> 1)));
        }
        else
        {
            var units = new char[length >> 1];
            for (var i = 0; i < units.Length; i++)
            {
                units[i] = (char)from.Count(char.MaxValue);
            }

            text += new string(units);
        }

        return text.Length <= BlockBounds.Text
            ? text
            : throw new FormatException($"a text of {text.Length} characters is too long");
    }
}
