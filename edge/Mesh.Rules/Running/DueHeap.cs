namespace Mesh.Rules.Running;

/// <summary>Something that has an instant at which it wants to act.</summary>
internal abstract class DueItem
{
    public const long NotDue = long.MaxValue;

    /// <summary>The order among those due at the same instant.</summary>
    public long Ordinal { get; set; }

    /// <summary>Place in the heap; -1 when in none.</summary>
    public int HeapIndex { get; set; } = -1;

    /// <summary>The instant under which it stands in the heap.</summary>
    public long HeapDue { get; set; }
}

/// <summary>
/// Items by the instant at which they are due, earliest first, and by appearance among equals. An item stands in it at
/// most once and is moved when its instant changes, so the heap never holds what is outdated.
/// </summary>
internal sealed class DueHeap<T>
    where T : DueItem
{
    private T[] _items = new T[4];

    public int Count { get; private set; }

    /// <summary>The earliest due instant; <see cref="DueItem.NotDue"/> when there is none.</summary>
    public long Earliest => Count == 0 ? DueItem.NotDue : _items[0].HeapDue;

    public T First => _items[0];

    /// <summary>Puts the item where it belongs when it is due at <paramref name="due"/>.</summary>
    public void Update(T item, long due)
    {
        if (item.HeapIndex < 0)
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
        else if (due != item.HeapDue)
        {
            item.HeapDue = due;
            Settle(item);
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
        var last = _items[--Count];
        _items[Count] = null!;
        if (last != item)
        {
            Place(last, index);
            Settle(last);
        }
    }

    private void Add(T item, long due)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        item.HeapDue = due;
        Place(item, Count++);
        Up(item);
    }

    private void Settle(T item)
    {
        Up(item);
        Down(item);
    }

    private void Up(T item)
    {
        while (item.HeapIndex > 0)
        {
            var parent = (item.HeapIndex - 1) / 2;
            if (!Before(item, _items[parent]))
            {
                return;
            }

            Swap(item.HeapIndex, parent);
        }
    }

    private void Down(T item)
    {
        while (true)
        {
            var child = (item.HeapIndex * 2) + 1;
            if (child >= Count)
            {
                return;
            }

            if (child + 1 < Count && Before(_items[child + 1], _items[child]))
            {
                child++;
            }

            if (!Before(_items[child], item))
            {
                return;
            }

            Swap(item.HeapIndex, child);
        }
    }

    private void Swap(int a, int b)
    {
        var (first, second) = (_items[a], _items[b]);
        Place(first, b);
        Place(second, a);
    }

    private void Place(T item, int index)
    {
        _items[index] = item;
        item.HeapIndex = index;
    }

    private static bool Before(T a, T b) => a.HeapDue != b.HeapDue ? a.HeapDue < b.HeapDue : a.Ordinal < b.Ordinal;
}
