using Mesh.Contracts;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>A reading that a step took: its name and its place in the history of the key.</summary>
internal sealed record Bind(string Name, bool Repeats, int Place, Applied Applied);

/// <summary>
/// A partial match: what it has bound, and how long it has waited at which step. It is never changed; every step makes
/// another one.
/// </summary>
/// <param name="Bound">What it has bound, in order.</param>
/// <param name="StartPlace">The place of its first reading; where a time comes first, that before all readings it could see.</param>
internal sealed record PatternRun(IReadOnlyList<Bind> Bound, int StartPlace)
{
    /// <summary>Index of the step it waits at; that of no step: it has all and waits for the end of <c>within</c>.</summary>
    public int At { get; init; }

    /// <summary>When it came to the step.</summary>
    public long Entered { get; init; }

    /// <summary>Readings of the key that were there when it came to the step, or took part in it last.</summary>
    public int EnteredPlace { get; init; }

    /// <summary>How often the step has taken a reading.</summary>
    public int Taken { get; init; }

    /// <summary>The last step is a repetition that contiguity has broken: it takes nothing more.</summary>
    public bool Closed { get; init; }

    /// <summary>
    /// Behind a repetition that may end here: the same partial match as it would wait at the next step. It sees every
    /// reading; another reading of the repetition makes another one. None where the next step can no more be reached.
    /// </summary>
    public PatternRun? Beyond { get; init; }

    /// <summary>The last reading of the step before, or its end where a timer or <c>until</c> ended it.</summary>
    public long? BeforeStep { get; init; }

    /// <summary>How many readings were bound when it came to the step.</summary>
    public int BoundBefore { get; init; }

    /// <summary>When a silence began, at this step.</summary>
    public long QuietSince { get; init; }

    /// <summary>Parts of <c>all</c> that are done.</summary>
    public IReadOnlyList<int> Done { get; init; } = [];

    public bool Matched { get; init; }

    /// <summary>Its time is over, or what it waited for ended too early.</summary>
    public bool Over { get; init; }

    public PatternRun Enter(int step, long time, int place) =>
        this with
        {
            At = step,
            Entered = time,
            EnteredPlace = place,
            Taken = 0,
            Beyond = null,
            Closed = false,
            BeforeStep = step == 0 ? null : time,
            BoundBefore = Bound.Count,
            QuietSince = time,
            Done = [],
        };

    public PatternRun Binding(Take take, int place, Applied applied) =>
        this with
        {
            Bound = [.. Bound, new Bind(take.Name, take.Repeats, place, applied)],
        };

    /// <summary>Earliest start first, then earliest readings, then fewer.</summary>
    public static int Earlier(PatternRun a, PatternRun b)
    {
        var byStart = a.StartPlace.CompareTo(b.StartPlace);
        for (var i = 0; byStart == 0 && i < Math.Min(a.Bound.Count, b.Bound.Count); i++)
        {
            byStart = a.Bound[i].Place.CompareTo(b.Bound[i].Place);
        }

        byStart = byStart != 0 ? byStart : a.Bound.Count.CompareTo(b.Bound.Count);

        // The same readings in other steps: who went on to a later step earlier.
        for (var i = 0; byStart == 0 && i < a.Bound.Count; i++)
        {
            byStart = string.CompareOrdinal(b.Bound[i].Name, a.Bound[i].Name);
        }

        return byStart;
    }
}

/// <summary>What a step's condition and a pattern's <c>let</c> see: the judged reading, and the steps before by name.</summary>
internal sealed class PatternSight(PatternRun run, Fed? judged, IReadOnlyList<Fed> before) : Sight
{
    private readonly ReadingSight? _judged = judged is null ? null : new ReadingSight(judged, before, null);

    public override Value Named(string name)
    {
        var parts = name.Split('.');
        if (parts.Length == 1)
        {
            return _judged!.Named(name);
        }

        return run.Bound.LastOrDefault(b => b.Name == parts[0]) is { } bound
            ? new ReadingSight(bound.Applied.Fed, [], null).Named(parts[1])
            : Value.Unknown;
    }

    public override IReadOnlyList<Value> Newest(string name) => _judged!.Newest(name);

    public override IReadOnlyList<long> NewestAt(string name) => _judged!.NewestAt(name);

    public override Value Aggregate(string function, Term? of)
    {
        var parts = ((Name)of!).Of.Split('.');
        var readings = run.Bound.Where(b => b.Name == parts[0]).Select(b => b.Applied.Fed).ToList();
        return parts.Length == 1
            ? Value.Of((double)readings.Count)
            : Aggregates.Of(function, readings, new Name(parts[1]));
    }
}
