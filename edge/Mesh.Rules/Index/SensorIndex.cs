using Mesh.Contracts;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running;

namespace Mesh.Rules.Index;

/// <summary>
/// The rules that take readings of one sensor, by what they ask of a reading:
/// <code>
///  reading ─┬▶ those that take every one
///           ├▶ by part (room, device, badge …) ─▶ value ─▶ those that ask no more, and by limit
///           └▶ by limit only
/// </code>
/// So a reading costs what there are rules that it can matter to, not what there are rules. A rule that waits for late
/// readings must know every source of its sensor, though it is brought few of its readings.
/// </summary>
internal sealed class SensorIndex
{
    private readonly List<Subscription> _all = [];
    private readonly List<Subscription> _every = [];
    private readonly List<Subscription> _waiting = [];
    private readonly HashSet<Source> _met = [];
    private readonly List<(ReadingPart Part, Dictionary<Value, FilterBucket> Values)> _parts = [];
    private readonly FilterBucket _unequal = new();
    private int[] _everyOrders = [];

    /// <summary>Rules that take every reading; all rules when there is nothing else.</summary>
    public Subscription[] Every { get; private set; } = [];

    /// <summary>Some rule is found by what it asks of a reading.</summary>
    public bool Filters { get; private set; }

    /// <summary>In the order of the rules.</summary>
    public IReadOnlyList<Subscription> All => _all;

    /// <summary>From the next <see cref="Sort"/> on.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="terms">Any of them must hold for a reading to matter; null when every reading may.</param>
    public void Add(Subscription rule, IReadOnlyList<FilterTerm>? terms)
    {
        _all.Add(rule);
        if (terms is null)
        {
            _every.Add(rule);
            return;
        }

        Filters = true;
        if (rule.Rule.Rule.Lateness > 0)
        {
            _waiting.Add(rule);
        }

        foreach (var term in terms)
        {
            Add(term, rule);
        }
    }

    public void Sort()
    {
        Every = [.. _every];
        _everyOrders = [.. _every.Select(r => r.Order)];
        _unequal.Sort();
        foreach (var bucket in _parts.SelectMany(p => p.Values.Values))
        {
            bucket.Sort();
        }
    }

    public void Find(Reading reading, ref Found found)
    {
        var first = found.Count;
        found.Add(_everyOrders, Every);
        foreach (var (part, values) in _parts)
        {
            if (part.Of(reading) is { IsUnknown: false } value && values.TryGetValue(value, out var bucket))
            {
                bucket.Find(reading, ref found);
            }
        }

        _unequal.Find(reading, ref found);
        if (found.Count - first > 1)
        {
            found.Order(first);
        }
    }

    /// <summary>Rules may have forgotten the sources they knew.</summary>
    public void MeetAgain() => _met.Clear();

    /// <summary>Before the first reading of the source: rules that wait for late readings wait for it too.</summary>
    public IReadOnlyList<Subscription> Meet(Source source) => _waiting.Count > 0 && _met.Add(source) ? _waiting : [];

    private void Add(FilterTerm term, Subscription rule)
    {
        if (term.Equal is not { } equal)
        {
            _unequal.Add(term, rule);
            return;
        }

        var values = _parts.Find(p => p.Part == equal.Part).Values;
        if (values is null)
        {
            values = [];
            _parts.Add((equal.Part, values));
        }

        foreach (var value in equal.Values)
        {
            if (!values.TryGetValue(value, out var bucket))
            {
                bucket = new FilterBucket();
                values.Add(value, bucket);
            }

            bucket.Add(term, rule);
        }
    }
}
