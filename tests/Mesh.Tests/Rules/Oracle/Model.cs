using Mesh.Contracts;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>A rule as the generator makes it. All durations are microseconds.</summary>
internal sealed record Rule(string Id, Body Body)
{
    /// <summary>Absent: one global key; else <c>room</c> or <c>device</c>.</summary>
    public string? By { get; init; }

    public IReadOnlyList<Input> Inputs { get; init; } = [];

    public IReadOnlyList<(string Name, Term Term)> Let { get; init; } = [];

    public long Lateness { get; init; }

    public long? MaxDelay { get; init; }

    public Throttle? Throttle { get; init; }

    public long MaxDelayOrDefault => MaxDelay ?? Lateness;
}

internal sealed record Throttle(long Every, bool Slot);

internal sealed record Input(string Name, string Kind, string Sensor)
{
    public Term? Where { get; init; }

    public string? Device { get; init; }

    public long? MaxAge { get; init; }

    public Value Default { get; init; }
}

/// <summary>A sensor, narrowed by a condition on its readings.</summary>
internal sealed record Source(string Sensor, Term? Where = null)
{
    public string Text => Where is null ? Sensor : $"{Sensor}[{Where.Text}]";
}

internal abstract record Body;

/// <summary>What conditions have besides the condition.</summary>
internal sealed record Level(long For, long ClearFor, Term? ClearWhen, bool Edge);

internal sealed record When(Term Condition, Level Level) : Body;

internal sealed record Each(IReadOnlyList<string> Sensors, Term? Where) : Body;

internal sealed record Absent(Source Of, long For, bool Always) : Body;

internal enum WindowKind
{
    Tumbling,
    Sliding,
    SlidingAtReadings,
    Hopping,
    Session,
    Count,
    State,
    Changed,
}

internal sealed record Window(WindowKind Kind, Source Of) : Body
{
    /// <summary>Length of a tumbling, sliding or hopping window; gap of a session.</summary>
    public long Size { get; init; }

    public long Every { get; init; }

    public int Count { get; init; }

    public int? EveryCount { get; init; }

    public Term? Begin { get; init; }

    public Term? End { get; init; }

    /// <summary>Null: the epoch; -1: the key's first reading; else an offset.</summary>
    public long? Align { get; init; }

    public bool EmitEmpty { get; init; }

    public Term? Condition { get; init; }

    public Level? Level { get; init; }

    public bool EmitEach { get; init; }
}

/// <summary>A reading of a feed with its instants.</summary>
internal sealed record Fed(Reading Reading, long At, long Received)
{
    public static Fed Of(Reading reading) => new(reading, Times.Of(reading.At), Times.Of(reading.ReceivedOrAt));

    public Value Value => Reading.Trusted;

    public string? Label(string name) => Reading.Labels.TryGet(name, out var value) ? value : null;
}

/// <summary>A reading and the rule's time at which it takes effect.</summary>
internal sealed record Applied(long Time, Fed Fed);

/// <summary>An output, as far as rules decide it.</summary>
internal sealed record Said(string Key, string Kind, long At)
{
    public long? Since { get; init; }

    public IReadOnlyList<KeyValuePair<string, Value>> Values { get; init; } = [];

    /// <summary>Begin of an aggregate's window.</summary>
    public long? Start { get; init; }

    /// <summary>Readings in an aggregate's window.</summary>
    public long? Count { get; init; }

    /// <summary>Bound readings, <c>name: device/seq</c>; a list in brackets where a step repeats.</summary>
    public string Bound { get; init; } = "";
}
