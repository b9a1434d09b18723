using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Items that the tier above refused for good, each alone: set aside here, so that their lane goes on without them. At
/// most <see cref="Capacity"/> and <see cref="MaxCharacters"/>; beyond that the oldest goes and is counted.
/// </summary>
public sealed class RefusedItems
{
    public const int Capacity = 1000;

    /// <summary>Of all items together.</summary>
    public const int MaxCharacters = 4 * 1024 * 1024;

    private readonly LinkedList<ItemRefused> _items = [];
    private long _characters;

    /// <summary>Oldest first.</summary>
    public IReadOnlyCollection<ItemRefused> All => _items;

    /// <summary>Items that went because there were too many.</summary>
    public long Gone { get; private set; }

    public bool Has(Lane lane, long number) => _items.Any(i => i.Lane == lane && i.Number == number);

    internal void Add(ItemRefused item)
    {
        if (Has(item.Lane, item.Number))
        {
            return;
        }

        _items.AddLast(item);
        _characters += item.Json.Length;
        while (_items.Count > 1 && (_items.Count > Capacity || _characters > MaxCharacters))
        {
            Gone++;
            _characters -= _items.First!.Value.Json.Length;
            _items.RemoveFirst();
        }
    }

    internal void Save(BinaryWriter writer)
    {
        writer.Write(Gone);
        writer.Write(_items.Count);
        foreach (var item in _items)
        {
            writer.Write((byte)item.Lane);
            writer.Write(item.Number);
            writer.Write(item.Reason);
            writer.Write(item.Json);
        }
    }

    internal void Restore(BinaryReader reader)
    {
        _items.Clear();
        _characters = 0;
        Gone = reader.ReadInt64();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var item = new ItemRefused(
                (Lane)reader.ReadByte(),
                reader.ReadInt64(),
                reader.ReadString(),
                reader.ReadString()
            );
            _items.AddLast(item);
            _characters += item.Json.Length;
        }
    }
}
