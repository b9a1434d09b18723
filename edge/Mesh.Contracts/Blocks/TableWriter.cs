using System.Text;

namespace Mesh.Contracts.Blocks;

/// <summary>
/// Texts, labels and fields of a block, each written once and then named by its place. Each text shares its beginning
/// with the one before.
/// </summary>
internal sealed class TableWriter
{
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<Labels, int> _labels = [];
    private readonly Dictionary<Fields, int> _fields = new(ExactFields.Instance);
    private readonly ByteColumn _textBytes = new();
    private readonly ByteColumn _labelBytes = new();
    private readonly ByteColumn _fieldBytes = new();
    private string _before = "";

    internal void Clear()
    {
        _texts.Clear();
        _labels.Clear();
        _fields.Clear();
        _textBytes.Clear();
        _labelBytes.Clear();
        _fieldBytes.Clear();
        _before = "";
    }

    internal ulong Text(string text)
    {
        if (_texts.TryGetValue(text, out var place))
        {
            return (ulong)place;
        }

        if (text.Length > BlockBounds.Text)
        {
            throw new ArgumentException($"a text of {text.Length} characters exceeds {BlockBounds.Text}", nameof(text));
        }

        var shared = text.AsSpan().CommonPrefixLength(_before);
        var rest = text.AsSpan(shared);
        _textBytes.Number((ulong)shared);

        // A text that is not whole Unicode cannot be UTF-8; it travels as the 16-bit units it is.
        if (rest.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            _textBytes.Number(((ulong)rest.Length << 1) | 1);
            foreach (var c in rest)
            {
                _textBytes.Number(c);
            }
        }
        else
        {
            Span<byte> small = stackalloc byte[512];
            var bytes = Encoding.UTF8.GetByteCount(rest);
            var utf8 = bytes <= small.Length ? small[..bytes] : new byte[bytes];
            Encoding.UTF8.GetBytes(rest, utf8);
            _textBytes.Number((ulong)bytes << 1);
            _textBytes.Raw(utf8);
        }

        _before = text;
        _texts.Add(text, _texts.Count);
        return (ulong)(_texts.Count - 1);
    }

    /// <summary>0 for no text, else its place and one.</summary>
    internal ulong Optional(string? text) => text is null ? 0 : Text(text) + 1;

    internal ulong Labels(Labels labels)
    {
        if (!_labels.TryGetValue(labels, out var place))
        {
            place = _labels.Count;
            _labels.Add(labels, place);
            _labelBytes.Number((ulong)Bounded(labels.Count));
            for (var i = 0; i < labels.Count; i++)
            {
                _labelBytes.Number(Text(labels[i].Key));
                _labelBytes.Number(Text(labels[i].Value));
            }
        }

        return (ulong)place;
    }

    internal ulong Fields(Fields fields)
    {
        if (!_fields.TryGetValue(fields, out var place))
        {
            place = _fields.Count;
            _fields.Add(fields, place);
            _fieldBytes.Number((ulong)Bounded(fields.Count));
            for (var i = 0; i < fields.Count; i++)
            {
                _fieldBytes.Number(Text(fields[i].Key));
                Value(_fieldBytes, fields[i].Value);
            }
        }

        return (ulong)place;
    }

    internal void Value(ByteColumn to, Value value)
    {
        to.Byte((byte)value.Kind);
        switch (value.Kind)
        {
            case ValueKind.Boolean:
                to.Byte(value.IsTrue ? (byte)1 : (byte)0);
                break;
            case ValueKind.Number:
                to.Double(value.Number);
                break;
            case ValueKind.Text:
                to.Number(Text(value.Text));
                break;
            case ValueKind.Duration:
            case ValueKind.Instant:
                to.Signed(value.Micros);
                break;
            case ValueKind.List:
                to.Number((ulong)value.Items.Count);
                foreach (var item in value.Items)
                {
                    Value(to, item);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>The tables, to be read before what refers to them.</summary>
    internal void WriteTo(ByteColumn to)
    {
        Table(to, _texts.Count, _textBytes);
        Table(to, _labels.Count, _labelBytes);
        Table(to, _fields.Count, _fieldBytes);
    }

    internal static int Bounded(int count) =>
        count <= BlockBounds.Entries
            ? count
            : throw new ArgumentException($"a list of {count} exceeds {BlockBounds.Entries}", nameof(count));

    private static void Table(ByteColumn to, int count, ByteColumn bytes)
    {
        to.Number((ulong)count);
        to.Raw(bytes.Written);
    }

    /// <summary>Numbers by their bits: 0 and -0 are equal values, but not the same.</summary>
    private sealed class ExactFields : IEqualityComparer<Fields>
    {
        internal static readonly ExactFields Instance = new();

        public bool Equals(Fields? x, Fields? y)
        {
            if (x is null || y is null || !x.Equals(y))
            {
                return ReferenceEquals(x, y);
            }

            for (var i = 0; i < x.Count; i++)
            {
                if (x[i].Value.Micros != y[i].Value.Micros)
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(Fields obj) => obj.GetHashCode();
    }
}
