using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// What is silenced at present: by hand and by plan. At most <see cref="Capacity"/> silences by hand; beyond that the one
/// that would end first goes.
/// </summary>
public sealed class Silences
{
    public const int Capacity = 1000;

    private readonly List<Silence> _silences = [];

    /// <summary>In the order in which they were made.</summary>
    public IReadOnlyList<Silence> All => _silences;

    public IReadOnlyList<MaintenanceWindow> Windows { get; private set; } = [];

    /// <summary>Detections of which nobody was told.</summary>
    public long Silenced { get; private set; }

    public void Add(Silence silence)
    {
        _silences.RemoveAll(s => s.Id == silence.Id);
        if (_silences.Count == Capacity)
        {
            _silences.Remove(_silences.MinBy(s => s.Until)!);
        }

        _silences.Add(silence);
    }

    public void Remove(string id) => _silences.RemoveAll(s => s.Id == id);

    public void Plan(IReadOnlyList<MaintenanceWindow> windows) => Windows = windows;

    /// <summary>Why nobody is told of what a rule says now; null when everybody is.</summary>
    public string? Reason(string rule, IReadOnlyList<KeyPart> key, Timestamp at)
    {
        if (_silences.Count == 0 && Windows.Count == 0)
        {
            return null;
        }

        _silences.RemoveAll(s => s.Until <= at);
        var reason =
            _silences.Find(s => s.Covers(rule, key, at)) is { } silence
                ? (silence.Reason.Length > 0 ? silence.Reason : silence.Id)
            : Windows.FirstOrDefault(w => w.Covers(rule, key, at)) is { } window ? $"maintenance {window.Name}"
            : null;
        Silenced += reason is null ? 0 : 1;
        return reason;
    }

    internal void Save(BinaryWriter writer)
    {
        var frame = new FrameWriter();
        frame.Number(Silenced);
        frame.Number(_silences.Count);
        foreach (var silence in _silences)
        {
            SilenceBytes.Write(frame, silence);
        }

        SilenceBytes.Write(frame, Windows);
        writer.Write(frame.Written.Length);
        writer.Write(frame.Written);
    }

    internal void Restore(BinaryReader reader)
    {
        _silences.Clear();
        var frame = new FrameReader(reader.ReadBytes(reader.ReadInt32()));
        Silenced = frame.Number();
        for (var count = frame.Number(); count > 0; count--)
        {
            _silences.Add(SilenceBytes.Read(ref frame));
        }

        Windows = SilenceBytes.ReadWindows(ref frame);
    }
}
