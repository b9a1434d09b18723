using System.Collections;

namespace Mesh.Contracts;

/// <summary>
/// A small, immutable, name-ordered map. <see cref="Labels"/> (text) say where a device is; <see cref="Fields"/>
/// (values) are what an event-like reading carries beside its value. Look-up is linear: at most 32 entries.
/// </summary>
public abstract class NamedValues<T> : IReadOnlyList<KeyValuePair<string, T>>
{
    private readonly KeyValuePair<string, T>[] _entries;

    private protected NamedValues(IEnumerable<KeyValuePair<string, T>> entries)
    {
        _entries = [.. entries];
        Array.Sort(_entries, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
    }

    public int Count => _entries.Length;

    public KeyValuePair<string, T> this[int index] => _entries[index];

    public bool TryGet(string name, out T value)
    {
        foreach (var entry in _entries)
        {
            if (string.Equals(entry.Key, name, StringComparison.Ordinal))
            {
                value = entry.Value;
                return true;
            }
        }

        value = default!;
        return false;
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _entries.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private protected bool SameAs(NamedValues<T>? other) =>
        other is not null && _entries.AsSpan().SequenceEqual(other._entries);

    private protected int Hash()
    {
        var hash = default(HashCode);
        foreach (var entry in _entries)
        {
            hash.Add(entry.Key, StringComparer.Ordinal);
            hash.Add(entry.Value);
        }

        return hash.ToHashCode();
    }
}

/// <summary>Where a device is and whose it is: <c>room</c>, <c>floor</c>, <c>site</c> and the like. Equal by content.</summary>
public sealed class Labels : NamedValues<string>, IEquatable<Labels>
{
    public static readonly Labels Empty = new([]);

    public Labels(IEnumerable<KeyValuePair<string, string>> entries)
        : base(entries) { }

    /// <summary>These labels with those of <paramref name="over"/> on top: on the same name, <paramref name="over"/> wins.</summary>
    public Labels With(Labels over)
    {
        if (over.Count == 0)
        {
            return this;
        }

        return Count == 0 ? over : new Labels(this.Where(e => !over.TryGet(e.Key, out _)).Concat(over));
    }

    public bool Equals(Labels? other) => SameAs(other);

    public override bool Equals(object? obj) => Equals(obj as Labels);

    public override int GetHashCode() => Hash();
}

/// <summary>Further values of an event-like reading (a badge read has <c>badge</c> and <c>gate</c>). Equal by content.</summary>
public sealed class Fields : NamedValues<Value>, IEquatable<Fields>
{
    public static readonly Fields Empty = new([]);

    public Fields(IEnumerable<KeyValuePair<string, Value>> entries)
        : base(entries) { }

    public bool Equals(Fields? other) => SameAs(other);

    public override bool Equals(object? obj) => Equals(obj as Fields);

    public override int GetHashCode() => Hash();
}
