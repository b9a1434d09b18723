using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>What an aggregate says of the readings of a window; sum and bounds are over the numbers.</summary>
internal readonly record struct WindowSummary(
    long Count,
    long Numbers,
    double Sum,
    double Minimum,
    double Maximum,
    Value Last,
    long LastAt
);

/// <summary>The window of a key, what it was when it was last said, and what earlier windows left behind.</summary>
internal sealed class WindowState(WindowContent content, RuleLayout layout) : BodyState
{
    private readonly List<LetHistory> _histories = layout.LetHistories;

    /// <summary>Whether the results are not exact.</summary>
    public bool Approximate;

    public WindowContent Content { get; } = content;

    /// <summary>What the aggregates came to when the window was last said.</summary>
    public Value[] Results { get; } = new Value[layout.Aggregates.Count];

    /// <summary>What the <c>let</c> names came to then.</summary>
    public Value[] LetValues { get; } = new Value[layout.Lets.Count];

    public History?[] Lets { get; } = new History?[layout.LetHistories.Count];

    /// <summary>Needed only while the window is said.</summary>
    public WindowSummary Summary { get; set; }

    /// <summary>A window of the key has been said, so there is something to judge.</summary>
    public bool HasResults { get; set; }

    /// <summary>Microseconds; with <c>align: first</c> the first reading of the key.</summary>
    public long Phase { get; set; }

    public bool HasPhase { get; set; }

    public bool IsOpen { get; set; }

    public long StartMicros { get; set; }

    public long EndMicros { get; set; }

    /// <summary>When the window closes, hops or loses a reading; not due while time alone does nothing.</summary>
    public long DueMicros { get; set; } = DueItem.NotDue;

    /// <summary>Readings of the key so far, for windows that count them.</summary>
    public long Seen { get; set; }

    public override long Due => DueMicros;

    /// <summary>Time will close it. Windows that only readings close may be forgotten, or they would fill the bound.</summary>
    public override bool IsBusy => DueMicros != DueItem.NotDue;

    public override void Save(StateWriter writer)
    {
        writer.Flag(Approximate);
        writer.Flag(HasResults);
        writer.Number(Phase);
        writer.Flag(HasPhase);
        writer.Flag(IsOpen);
        writer.Number(StartMicros);
        writer.Number(EndMicros);
        writer.Number(DueMicros);
        writer.Number(Seen);
        Content.Save(writer);
        foreach (var value in Results)
        {
            writer.Value(value);
        }

        foreach (var value in LetValues)
        {
            writer.Value(value);
        }

        foreach (var history in Lets)
        {
            writer.Flag(history is not null);
            history?.Save(writer);
        }
    }

    public void Restore(StateReader reader)
    {
        Approximate = reader.Flag();
        HasResults = reader.Flag();
        Phase = reader.Number();
        HasPhase = reader.Flag();
        IsOpen = reader.Flag();
        StartMicros = reader.Number();
        EndMicros = reader.Number();
        DueMicros = reader.Number();
        Seen = reader.Number();
        Content.Restore(reader);
        for (var i = 0; i < Results.Length; i++)
        {
            Results[i] = reader.Value();
        }

        for (var i = 0; i < LetValues.Length; i++)
        {
            LetValues[i] = reader.Value();
        }

        for (var i = 0; i < Lets.Length; i++)
        {
            Lets[i] = reader.Flag() ? History.Restore(reader, _histories[i].Depth) : null;
        }
    }
}
