namespace Mesh.Nodes;

/// <summary>
/// What could not be carried out, oldest first, until somebody retries or drops it. At most <see cref="Capacity"/> and
/// <see cref="MaxCharacters"/>; beyond that the oldest goes and is counted.
/// </summary>
public sealed class DeadLetters
{
    public const int Capacity = 1000;

    /// <summary>Of all payloads together.</summary>
    public const int MaxCharacters = 4 * 1024 * 1024;

    /// <summary>What stands for a sink in letters that came in and were not understood.</summary>
    public const string Received = "received";

    private readonly LinkedList<DeadLetter> _letters = [];
    private long _characters;

    public IReadOnlyCollection<DeadLetter> All => _letters;

    /// <summary>Letters that came, since the journal began.</summary>
    public long Came { get; private set; }

    /// <summary>Letters that went because there were too many.</summary>
    public long Lost { get; private set; }

    public void Add(DeadLetter letter)
    {
        Came++;
        _letters.AddLast(letter);
        _characters += Characters(letter);
        while (_letters.Count > Capacity || _characters > MaxCharacters)
        {
            Lost++;
            _characters -= Characters(_letters.First!.Value);
            _letters.RemoveFirst();
        }
    }

    /// <summary>Takes a letter out; null when there is none of that id.</summary>
    public DeadLetter? Take(string id)
    {
        for (var at = _letters.First; at is not null; at = at.Next)
        {
            if (at.Value.Id == id)
            {
                _characters -= Characters(at.Value);
                _letters.Remove(at);
                return at.Value;
            }
        }

        return null;
    }

    internal void Save(BinaryWriter writer)
    {
        writer.Write(Came);
        writer.Write(Lost);
        writer.Write(_letters.Count);
        foreach (var letter in _letters)
        {
            var frame = new FrameWriter();
            SinkBytes.Write(frame, letter);
            writer.Write(frame.Written.Length);
            writer.Write(frame.Written);
        }
    }

    internal void Restore(BinaryReader reader)
    {
        _letters.Clear();
        _characters = 0;
        (Came, Lost) = (reader.ReadInt64(), reader.ReadInt64());
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var frame = new FrameReader(reader.ReadBytes(reader.ReadInt32()));
            var letter = SinkBytes.ReadLetter(ref frame);
            _letters.AddLast(letter);
            _characters += Characters(letter);
        }
    }

    private static long Characters(DeadLetter letter) => letter.Action?.Payload.Length ?? 0;
}
