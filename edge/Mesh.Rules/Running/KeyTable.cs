using System.Diagnostics.CodeAnalysis;

namespace Mesh.Rules.Running;

/// <summary>
/// A rule's keys by their values. One array, because a dictionary costs one more place in memory at each reading of each
/// rule, and forty bytes more for each key.
/// </summary>
internal sealed class KeyTable
{
    private KeyState?[] _slots = new KeyState?[4];

    public int Count { get; private set; }

    /// <summary>In the order in which they appeared.</summary>
    public IEnumerable<KeyState> Values => _slots.OfType<KeyState>().OrderBy(k => k.Ordinal);

    /// <summary>How many there are of which this holds.</summary>
    public int CountOf(Func<KeyState, bool> holds) => _slots.Count(k => k is not null && holds(k));

    public bool TryGetValue(KeyValues values, [NotNullWhen(true)] out KeyState? found)
    {
        var slots = _slots;
        var at = values.GetHashCode() & (slots.Length - 1);
        while ((found = slots[at]) is not null)
        {
            if (ReferenceEquals(found.Values, values) || found.Values.Equals(values))
            {
                return true;
            }

            at = (at + 1) & (slots.Length - 1);
        }

        return false;
    }

    /// <summary>One that is not in it yet.</summary>
    public void Add(KeyState key)
    {
        if ((Count + 1) * 4 > _slots.Length * 3)
        {
            Rebuild(_slots.Length * 2, static _ => true);
        }

        Place(key);
        Count++;
    }

    public void Remove(IReadOnlySet<KeyState> keys) => Rebuild(_slots.Length, key => !keys.Contains(key));

    public void Clear() => (_slots, Count) = (new KeyState?[4], 0);

    private void Rebuild(int size, Func<KeyState, bool> stays)
    {
        var old = _slots;
        (_slots, Count) = (new KeyState?[size], 0);
        foreach (var key in old)
        {
            if (key is not null && stays(key))
            {
                Place(key);
                Count++;
            }
        }
    }

    private void Place(KeyState key)
    {
        var at = key.Values.GetHashCode() & (_slots.Length - 1);
        while (_slots[at] is not null)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        _slots[at] = key;
    }
}
