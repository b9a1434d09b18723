namespace Mesh.Rules;

/// <summary>From where tumbling windows, and the steps of sliding ones, are counted.</summary>
public enum WindowAlignment : byte
{
    Epoch,

    /// <summary>The key's first reading.</summary>
    First,
}

/// <summary>The grid on which windows end.</summary>
/// <param name="Kind">From where it is counted.</param>
/// <param name="Offset">Behind the epoch by this much.</param>
public readonly record struct WindowAlign(WindowAlignment Kind, TimeSpan Offset);

/// <summary>Which readings belong together.</summary>
public abstract record WindowShapeDefinition
{
    private protected WindowShapeDefinition() { }
}

/// <summary><c>tumbling: d</c></summary>
public sealed record TumblingDefinition(TimeSpan Size, WindowAlign Align) : WindowShapeDefinition;

/// <summary><c>sliding: d</c>, and with <c>every: reading</c> said at arrivals only.</summary>
public sealed record SlidingDefinition(TimeSpan Size, bool OnlyReadings) : WindowShapeDefinition;

/// <summary><c>sliding: d, every: d2</c></summary>
public sealed record HoppingDefinition(TimeSpan Size, TimeSpan Every, WindowAlign Align) : WindowShapeDefinition;

/// <summary><c>session: gap</c></summary>
public sealed record SessionDefinition(TimeSpan Gap) : WindowShapeDefinition;

/// <summary><c>count: n, every: m</c>; both from 1 to <see cref="Most"/>.</summary>
public sealed record CountDefinition(int Count, int Every) : WindowShapeDefinition
{
    public const int Most = 100_000;
}

/// <summary><c>state: {begin, end}</c>, or <c>state: changed(x)</c>, which is then <paramref name="Begin"/>.</summary>
public sealed record StateDefinition(ExpressionDefinition Begin, ExpressionDefinition? End, bool Changes)
    : WindowShapeDefinition;

/// <summary><c>window:</c> — aggregates over windows; with <see cref="When"/> a condition on them.</summary>
public sealed class WindowDefinition : BodyDefinition
{
    public required IReadOnlyList<SensorDefinition> Of { get; init; }

    public required WindowShapeDefinition Shape { get; init; }

    public bool EmitEmpty { get; init; }

    public ExpressionDefinition? When { get; init; }

    /// <summary>A match per window that satisfies <see cref="When"/>, instead of an episode.</summary>
    public bool EmitEach { get; init; }
}
