namespace Mesh.Rules.Running;

/// <summary>Something that has an instant at which it wants to act.</summary>
internal abstract class DueItem
{
    public const long NotDue = long.MaxValue;

    /// <summary>The order among those due at the same instant.</summary>
    public long Ordinal { get; set; }

    /// <summary>Place in the heap; -1 when in none.</summary>
    public int HeapIndex { get; set; } = -1;
}

/// <summary>
/// Items by the instant at which they are due, earliest first, and by appearance among equals. An item stands in it at
/// most once and is moved when its instant changes, so the heap never holds what is outdated.
/// </summary>
/// <remarks>
/// The instants stand beside the items, so that finding a place looks at no item: a million of them have long left the
/// processor's cache. Four children each, because their instants share a line of it.
/// </remarks>
internal sealed class DueHeap<T>
    where T : DueItem
{
    private const int Children = 4;

    private Entry[] _entries = [];

    public int Count { get; private set; }

    /// <summary>The earliest due instant; <see cref="DueItem.NotDue"/> when there is none.</summary>
    public long Earliest => Count == 0 ? DueItem.NotDue : _entries[0].Due;

    public T First => _entries[0].Item;

    /// <summary>Puts the item where it belongs when it is due at <paramref name="due"/>.</summary>
    public void Update(T item, long due)
    {
        var index = item.HeapIndex;
        if (index < 0)
        {
            if (due != DueItem.NotDue)
            {
                Add(item, due);
            }
        }
        else if (due == DueItem.NotDue)
        {
            Remove(item);
        }
        else if (due != _entries[index].Due)
        {
            Settle(new Entry(due, item), index);
        }
    }

    public void Remove(T item)
    {
        var index = item.HeapIndex;
        if (index < 0)
        {
            return;
        }

        item.HeapIndex = -1;
        var last = _entries[--Count];
        _entries[Count] = default;
        if (last.Item != item)
        {
            Settle(last, index);
        }
    }

    private void Add(T item, long due)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(4, Count * 2));
        }

        Up(new Entry(due, item), Count++);
    }

    // The place at the index is free, and the entry belongs there or below or above it.
    private void Settle(in Entry entry, int index)
    {
        if (index > 0 && Before(entry, _entries[(index - 1) / Children]))
        {
            Up(entry, index);
        }
        else
        {
            Down(entry, index);
        }
    }

    private void Up(in Entry entry, int index)
    {
        while (index > 0)
        {
            var parent = (index - 1) / Children;
            if (!Before(entry, _entries[parent]))
            {
                break;
            }

            Place(_entries[parent], index);
            index = parent;
        }

        Place(entry, index);
    }

    private void Down(in Entry entry, int index)
    {
        while (true)
        {
            var first = (index * Children) + 1;
            if (first >= Count)
            {
                break;
            }

            var least = first;
            for (var child = first + 1; child < Math.Min(first + Children, Count); child++)
            {
                least = Before(_entries[child], _entries[least]) ? child : least;
            }

            if (!Before(_entries[least], entry))
            {
                break;
            }

            Place(_entries[least], index);
            index = least;
        }

        Place(entry, index);
    }

    private void Place(in Entry entry, int index)
    {
        _entries[index] = entry;
        entry.Item.HeapIndex = index;
    }

    private static bool Before(in Entry a, in Entry b) =>
        a.Due != b.Due ? a.Due < b.Due : a.Item.Ordinal < b.Item.Ordinal;

    private readonly record struct Entry(long Due, T Item);
}
