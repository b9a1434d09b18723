using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>What one aggregate has come to so far, where readings are only added; see <see cref="Compiled.AggregatePlan"/>.</summary>
internal struct AggregateState
{
    /// <summary>Readings counted: those whose value is known.</summary>
    public long Count;

    /// <summary>Those among them that are numbers (durations, instants, where the expression is one).</summary>
    public long Numbers;
    public ExactSum Sum;
    public double Mean;
    public double Squares;

    /// <summary>The least, greatest, first or last value.</summary>
    public Value Best;

    /// <summary>Numbers of which percentiles are asked.</summary>
    public Ranking? Ranking;

    /// <summary>Values that differ, or values in order.</summary>
    public ValueBag? Bag;

    /// <summary>Forgets the values and keeps the room they took.</summary>
    public void Clear()
    {
        (Count, Numbers, Mean, Squares, Best) = (0, 0, 0, 0, default);
        Sum.Clear();
        Ranking?.Clear();
        Bag?.Clear();
    }

    public readonly void Save(StateWriter writer)
    {
        writer.Number(Count);
        writer.Number(Numbers);
        Sum.Save(writer);
        writer.Double(Mean);
        writer.Double(Squares);
        writer.Value(Best);
        writer.Flag(Ranking is not null);
        Ranking?.Save(writer);
        writer.Flag(Bag is not null);
        Bag?.Save(writer);
    }

    public static AggregateState Restore(StateReader reader) =>
        new()
        {
            Count = reader.Number(),
            Numbers = reader.Number(),
            Sum = ExactSum.Restore(reader),
            Mean = reader.Double(),
            Squares = reader.Double(),
            Best = reader.Value(),
            Ranking = reader.Flag() ? Ranking.Restore(reader) : null,
            Bag = reader.Flag() ? ValueBag.Restore(reader) : null,
        };
}
