using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mesh.Contracts;

/// <summary>What a <see cref="Value"/> holds. Readings carry the first four; rules compute the others.</summary>
public enum ValueKind : byte
{
    /// <summary>Never seen, null, NaN, stale or of bad quality: three-valued logic's third value.</summary>
    Unknown,
    Boolean,
    Number,
    Text,

    /// <summary>Elapsed time, in microseconds.</summary>
    Duration,

    /// <summary>An instant, see <see cref="Timestamp"/>.</summary>
    Instant,

    /// <summary>Values in order; only in the values of outputs.</summary>
    List,
}

/// <summary>
/// A number (IEEE double, always finite), a boolean, a text, a duration, an instant, a list, or unknown. A struct of 24
/// bytes, so that values travel through rules without allocation.
/// </summary>
public readonly struct Value : IEquatable<Value>
{
    private readonly object? _content;
    private readonly long _bits;

    private Value(ValueKind kind, long bits, object? content)
    {
        Kind = kind;
        _bits = bits;
        _content = content;
    }

    public ValueKind Kind { get; }

    public static Value Unknown => default;

    public static Value True => new(ValueKind.Boolean, 1, null);

    public static Value False => new(ValueKind.Boolean, 0, null);

    public static Value Of(bool value) => value ? True : False;

    /// <summary>A number; NaN and the infinities become unknown.</summary>
    public static Value Of(double value) =>
        double.IsFinite(value) ? new(ValueKind.Number, BitConverter.DoubleToInt64Bits(value), null) : default;

    public static Value Of(string? value) => value is null ? default : new(ValueKind.Text, 0, value);

    public static Value Of(TimeSpan value) => new(ValueKind.Duration, value.Ticks / TimeSpan.TicksPerMicrosecond, null);

    public static Value Of(Timestamp value) => new(ValueKind.Instant, value.Micros, null);

    /// <summary>A copy of the values.</summary>
    public static Value List(IReadOnlyList<Value> items) => new(ValueKind.List, 0, items.ToArray());

    public static Value Duration(long micros) => new(ValueKind.Duration, micros, null);

    public bool IsUnknown => Kind == ValueKind.Unknown;

    public bool IsTrue => Kind == ValueKind.Boolean && _bits != 0;

    public bool IsFalse => Kind == ValueKind.Boolean && _bits == 0;

    /// <summary>The number; meaningful only when <see cref="Kind"/> is <see cref="ValueKind.Number"/>.</summary>
    public double Number
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BitConverter.Int64BitsToDouble(_bits);
    }

    /// <summary>The text; empty unless <see cref="Kind"/> is <see cref="ValueKind.Text"/>.</summary>
    public string Text => _content as string ?? "";

    /// <summary>The values of a list; empty unless <see cref="Kind"/> is <see cref="ValueKind.List"/>.</summary>
    public IReadOnlyList<Value> Items => _content as Value[] ?? [];

    /// <summary>Microseconds of a duration or an instant.</summary>
    public long Micros => _bits;

    public TimeSpan AsTimeSpan => new(_bits * TimeSpan.TicksPerMicrosecond);

    public Timestamp AsTimestamp => new(_bits);

    /// <summary>Same kind and same content; numbers compare as numbers, so 0 equals -0. Unknown equals unknown.</summary>
    public bool Equals(Value other) =>
        Kind == other.Kind
        && Kind switch
        {
            ValueKind.Unknown => true,
            ValueKind.Number => Number.Equals(other.Number) || Number == other.Number,
            ValueKind.Text => string.Equals(Text, other.Text, StringComparison.Ordinal),
            ValueKind.List => Items.SequenceEqual(other.Items),
            _ => _bits == other._bits,
        };

    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode() =>
        Kind switch
        {
            ValueKind.Unknown => 0,
            ValueKind.Number => HashCode.Combine(Kind, Number == 0 ? 0.0 : Number),
            ValueKind.Text => string.GetHashCode(Text, StringComparison.Ordinal),
            ValueKind.List => Items.Aggregate(0, HashCode.Combine),
            _ => HashCode.Combine(Kind, _bits),
        };

    public static bool operator ==(Value a, Value b) => a.Equals(b);

    public static bool operator !=(Value a, Value b) => !a.Equals(b);

    /// <summary>As people read it: <c>true</c>, <c>21.5</c>, <c>open</c>, <c>1h30m</c>, an RFC 3339 instant, <c>unknown</c>.</summary>
    public override string ToString() =>
        Kind switch
        {
            ValueKind.Boolean => IsTrue ? "true" : "false",
            ValueKind.Number => Number.ToString("R", CultureInfo.InvariantCulture),
            ValueKind.Text => Text,
            ValueKind.Duration => Durations.Format(AsTimeSpan),
            ValueKind.Instant => AsTimestamp.ToString(),
            ValueKind.List => $"[{string.Join(", ", Items)}]",
            _ => "unknown",
        };
}
