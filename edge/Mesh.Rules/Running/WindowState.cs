using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>What one aggregate has come to so far.</summary>
internal struct AggregateState
{
    /// <summary>Readings counted: those whose value is known.</summary>
    public long Count;
    public double Sum;
    public double Mean;
    public double Squares;

    /// <summary>The least, greatest, first or last value; for sums the last one, whose kind is that of the sum.</summary>
    public Value Best;
}

/// <summary>The open window of a key, and what earlier windows left behind.</summary>
internal sealed class WindowState(int aggregates, int lets, int letHistories) : BodyState
{
    public AggregateState[] Aggregates { get; } = new AggregateState[aggregates];

    public History?[] Lets { get; } = new History?[letHistories];

    /// <summary>What the <c>let</c> names came to in the last window that closed.</summary>
    public Value[] LetValues { get; } = new Value[lets];

    /// <summary>Microseconds; with <c>align: first</c> the first reading of the key.</summary>
    public long Phase { get; set; }

    public bool HasPhase { get; set; }

    public long StartMicros { get; set; }

    /// <summary>When the window closes; not due while no window is open.</summary>
    public long EndMicros { get; set; } = KeyState.NotDue;

    public long Count { get; set; }

    public long Numbers { get; set; }

    public double Sum { get; set; }

    public double Minimum { get; set; }

    public double Maximum { get; set; }

    public Value Last { get; set; }

    public long LastAt { get; set; }

    public void Note(Reading reading)
    {
        var value = reading.Trusted;
        Count++;
        Last = value;
        LastAt = reading.At.Micros;
        if (value.Kind == ValueKind.Number)
        {
            Minimum = Numbers == 0 ? value.Number : Math.Min(Minimum, value.Number);
            Maximum = Numbers == 0 ? value.Number : Math.Max(Maximum, value.Number);
            Sum += value.Number;
            Numbers++;
        }
    }

    public void Clear()
    {
        Array.Clear(Aggregates);
        (Count, Numbers, Sum, Minimum, Maximum, Last, LastAt) = (0, 0, 0, 0, 0, default, 0);
    }

    public override long Due => EndMicros;

    public override void Save(StateWriter writer)
    {
        writer.Number(Phase);
        writer.Flag(HasPhase);
        writer.Number(StartMicros);
        writer.Number(EndMicros);
        writer.Number(Count);
        writer.Number(Numbers);
        writer.Double(Sum);
        writer.Double(Minimum);
        writer.Double(Maximum);
        writer.Value(Last);
        writer.Number(LastAt);
        foreach (var aggregate in Aggregates)
        {
            writer.Number(aggregate.Count);
            writer.Double(aggregate.Sum);
            writer.Double(aggregate.Mean);
            writer.Double(aggregate.Squares);
            writer.Value(aggregate.Best);
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

    public void Restore(StateReader reader, IReadOnlyList<int> depths)
    {
        Phase = reader.Number();
        HasPhase = reader.Flag();
        StartMicros = reader.Number();
        EndMicros = reader.Number();
        Count = reader.Number();
        Numbers = reader.Number();
        Sum = reader.Double();
        Minimum = reader.Double();
        Maximum = reader.Double();
        Last = reader.Value();
        LastAt = reader.Number();
        foreach (ref var aggregate in Aggregates.AsSpan())
        {
            aggregate.Count = reader.Number();
            aggregate.Sum = reader.Double();
            aggregate.Mean = reader.Double();
            aggregate.Squares = reader.Double();
            aggregate.Best = reader.Value();
        }

        for (var i = 0; i < LetValues.Length; i++)
        {
            LetValues[i] = reader.Value();
        }

        for (var i = 0; i < Lets.Length; i++)
        {
            Lets[i] = reader.Flag() ? History.Restore(reader, depths[i]) : null;
        }
    }
}
