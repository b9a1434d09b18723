using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>A tuple that a rule has put.</summary>
/// <param name="Id">Of the action that put it.</param>
/// <param name="Space">Where it is.</param>
/// <param name="At">When it was put, on the node's clock.</param>
/// <param name="Fields">What it says.</param>
public sealed record PutTuple(string Id, string Space, Timestamp At, IReadOnlyList<KeyValuePair<string, Value>> Fields);

/// <summary>
/// Tuples that rules have put, of all spaces, oldest first. Kept in snapshots. At most <see cref="Capacity"/> together;
/// beyond that the oldest goes and is counted.
/// </summary>
public sealed class TupleSpace
{
    public const int Capacity = 10_000;

    private readonly Queue<PutTuple> _tuples = [];

    public IReadOnlyCollection<PutTuple> All => _tuples;

    /// <summary>Tuples that went because there were too many.</summary>
    public long Lost { get; private set; }

    public void Put(PutTuple tuple)
    {
        _tuples.Enqueue(tuple);
        if (_tuples.Count > Capacity)
        {
            _tuples.Dequeue();
            Lost++;
        }
    }

    internal void Save(BinaryWriter writer)
    {
        writer.Write(Lost);
        writer.Write(_tuples.Count);
        foreach (var (id, space, at, fields) in _tuples)
        {
            writer.Write(id);
            writer.Write(space);
            writer.Write(at.Micros);
            writer.Write(fields.Count);
            foreach (var (name, value) in fields)
            {
                writer.Write(name);
                writer.Write(value);
            }
        }
    }

    internal void Restore(BinaryReader reader)
    {
        _tuples.Clear();
        Lost = reader.ReadInt64();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var (id, space, at) = (reader.ReadString(), reader.ReadString(), new Timestamp(reader.ReadInt64()));
            var fields = new KeyValuePair<string, Value>[reader.ReadInt32()];
            for (var i = 0; i < fields.Length; i++)
            {
                fields[i] = new(reader.ReadString(), reader.ReadValue());
            }

            _tuples.Enqueue(new PutTuple(id, space, at, fields));
        }
    }
}
