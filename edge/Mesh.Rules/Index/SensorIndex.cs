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
    private readonly OrderedRules _all = new();
    private readonly OrderedRules _every = new();
    private readonly OrderedRules _waiting = new();
    private readonly HashSet<Source> _met = [];
    private readonly List<(ReadingPart Part, Dictionary<Value, FilterBucket> Values)> _parts = [];
    private readonly List<(Dictionary<Value, FilterBucket> Of, Value Value)> _touched = [];
    private readonly FilterBucket _unequal = new();
    private int[] _everyOrders = [];

    /// <summary>Rules that take every reading; all rules when there is nothing else.</summary>
    public Subscription[] Every { get; private set; } = [];

    /// <summary>Some rule is found by what it asks of a reading.</summary>
    public bool Filters { get; private set; }

    /// <summary>In the order of the rules.</summary>
    public IReadOnlyList<Subscription> All => _all.All;

    /// <summary>It has changed since the last <see cref="Settle"/>.</summary>
    public bool IsTouched { get; private set; }

    /// <summary>From the next <see cref="Settle"/> on.</summary>
    public void Add(Subscription rule)
    {
        IsTouched = true;
        _all.Add(rule);
        if (rule.Terms is not { } terms)
        {
            _every.Add(rule);
            return;
        }

        if (rule.Rule.Rule.Lateness > 0)
        {
            // It knows no source of the sensor yet.
            _waiting.Add(rule);
            _met.Clear();
        }

        foreach (var term in terms)
        {
            Add(term, rule);
        }
    }

    /// <summary>The rule is found no more from the next <see cref="Settle"/> on, which must come before a reading.</summary>
    public void Remove(Subscription rule)
    {
        IsTouched = true;
        rule.IsGone = true;
        _all.Touch();
        if (rule.Terms is not { } terms)
        {
            _every.Touch();
            return;
        }

        _waiting.Touch();
        foreach (var term in terms)
        {
            Remove(term);
        }
    }

    /// <summary>Brings in order what rules that have come or gone have touched, and nothing else.</summary>
    public void Settle()
    {
        IsTouched = false;
        _all.Settle();
        _waiting.Settle();
        _every.Settle();
        Filters = _all.Count > _every.Count;
        Every = [.. _every.All];
        _everyOrders = [.. _every.All.Select(r => r.Order)];
        _unequal.Settle();
        foreach (var (of, value) in _touched)
        {
            if (of.TryGetValue(value, out var bucket) && bucket.IsTouched)
            {
                bucket.Settle();
                if (bucket.IsEmpty)
                {
                    of.Remove(value);
                }
            }
        }

        _parts.RemoveAll(static p => p.Values.Count == 0);
        _touched.Clear();
        _touched.TrimExcess();
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
    public IReadOnlyList<Subscription> Meet(Source source) =>
        _waiting.Count > 0 && _met.Add(source) ? _waiting.All : [];

    private void Add(FilterTerm term, Subscription rule)
    {
        if (term.Equal is not { } equal)
        {
            _unequal.Add(term, rule);
            return;
        }

        var values = ValuesOf(equal.Part);
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

            if (!bucket.IsTouched)
            {
                _touched.Add((values, value));
            }

            bucket.Add(term, rule);
        }
    }

    private void Remove(FilterTerm term)
    {
        if (term.Equal is not { } equal)
        {
            _unequal.Touch(term);
            return;
        }

        var values = ValuesOf(equal.Part)!;
        foreach (var value in equal.Values)
        {
            var bucket = values[value];
            if (!bucket.IsTouched)
            {
                _touched.Add((values, value));
            }

            bucket.Touch(term);
        }
    }

    private Dictionary<Value, FilterBucket>? ValuesOf(ReadingPart part) => _parts.Find(p => p.Part == part).Values;
}
