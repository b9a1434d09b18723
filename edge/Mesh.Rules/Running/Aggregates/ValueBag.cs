using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>Values as they came, for <c>collect</c>, or those that differ, for <c>distinct</c>.</summary>
internal sealed class ValueBag(bool distinct)
{
    /// <summary>Values that <c>collect</c> lists; further ones are left out.</summary>
    public const int MaxCollected = 1_000;

    /// <summary>Values that <c>distinct</c> tells apart; with more, it says so many and that this is not exact.</summary>
    public const int MaxDistinct = 10_000;

    private readonly List<Value> _list = [];
    private readonly HashSet<Value>? _set = distinct ? [] : null;

    public IReadOnlyList<Value> Values => _list;

    /// <summary>More different values were seen than are told apart.</summary>
    public bool Overflowed { get; private set; }

    public void Add(in Value value)
    {
        if (_list.Count >= (distinct ? MaxDistinct : MaxCollected))
        {
            Overflowed |= distinct && !_set!.Contains(value);
        }
        else if (_set is null || _set.Add(value))
        {
            _list.Add(value);
        }
    }

    public void Clear()
    {
        _list.Clear();
        _set?.Clear();
        Overflowed = false;
    }

    public void Save(StateWriter writer)
    {
        writer.Flag(distinct);
        writer.Flag(Overflowed);
        writer.Count(_list.Count);
        foreach (var value in _list)
        {
            writer.Value(value);
        }
    }

    public static ValueBag Restore(StateReader reader)
    {
        var bag = new ValueBag(reader.Flag());
        var overflowed = reader.Flag();
        for (var left = reader.Count(MaxDistinct); left > 0; left--)
        {
            bag.Add(reader.Value());
        }

        bag.Overflowed = overflowed;
        return bag;
    }
}
