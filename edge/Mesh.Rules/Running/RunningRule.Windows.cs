using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// What windows need of their rule.
internal sealed partial class RunningRule
{
    /// <summary>Evaluates the <c>let</c> names over the window being said; each is there for the next.</summary>
    public void ComputeWindowLets(WindowState window)
    {
        for (var i = 0; i < Layout.Lets.Count; i++)
        {
            window.LetValues[i] = Layout.Lets[i].Node.Evaluate(Evaluation);
            foreach (var place in Layout.LetHistories)
            {
                if (place.Let == i)
                {
                    var history = window.Lets[place.Slot] ??= new History(place.Depth);
                    history.Push(window.LetValues[i], new Timestamp(Time));
                }
            }
        }
    }

    /// <summary>Says what a window without a condition came to.</summary>
    public void SpeakWindow(KeyState key, WindowState window)
    {
        if (IsOutsideActive(DetectionKind.Match, key))
        {
            return;
        }

        if (!PassesThrottle(DetectionKind.Match, key, out var suppressed))
        {
            _counters.Suppressed++;
            TraceSuppressed(key);
            return;
        }

        var parts = OriginOf(key).Key;
        var (start, end) = (new Timestamp(window.StartMicros), new Timestamp(window.EndMicros));
        var values = Values(key, null, 0, suppressed);
        var summary = window.Summary;
        var aggregate = new Aggregate
        {
            Ordinal = _ordinals.Next(end.Micros, "aggregate", key.Values, []),
            Rule = Rule.Id,
            RuleHash = Rule.Hash,
            Key = parts,
            Start = start,
            End = end,
            Emitted = _clock.Now,
            Count = summary.Count,
            Numbers = summary.Numbers,
            Sum = summary.Sum,
            Min = summary.Minimum,
            Max = summary.Maximum,
            Last = summary.Last,
            LastAt = new Timestamp(summary.LastAt),
            Values = values,
            Labels = Rule.Labels,
        };
        var source = new TemplateSource(parts, start, end, values, null, Look(key, null, 0));
        Publish(aggregate, Rule.Then, source);
    }

    /// <summary>Makes room for one more reading: beyond the bound the oldest one leaves early, counted.</summary>
    public void MakeRoom(SlidingReadings readings)
    {
        if (readings.Count >= _limits.MaxWindowReadings)
        {
            readings.RemoveFirst();
            _counters.WindowDropped++;
        }
    }
}
