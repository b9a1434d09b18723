using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// Bringing readings to rules and time to rules. A rule that throws is taken out and says so; the others go on.
public sealed partial class RuleEngine
{
    // The reading takes effect now.
    private void Apply(Reading reading, Source source)
    {
        BeforeApply?.Invoke(reading);
        var device = _devices.FindOrAdd(reading.Device);
        var older = device?.Note(reading) ?? false;
        if (source.Producer is null)
        {
            Applied?.Invoke(reading);
        }

        if (_index.TryGetValue(reading.Sensor, out var index))
        {
            _sharedKeys.Begin(reading, device);
            Bring(reading, index, source, older);
        }

        if (source.Producer is null && reading.At.Micros > source.Highest)
        {
            source.Highest = reading.At.Micros;
            Wake(source);
            CaughtUp(source, reading.At.Micros);
        }

        FlushDerived();
    }

    // Rules that waited for the source to come this far look again.
    private void Wake(Source source)
    {
        while (source.Waiters.TryPeek(out var rule, out var need) && need <= source.Highest)
        {
            source.Waiters.Dequeue();
            if (rule.Awaits.Source == source && rule.Awaits.Need == need)
            {
                rule.Awaits = default;
                Progress(rule);
            }
        }
    }

    // Does what the rule can do at its present time, and notes what it waits for next.
    private void Progress(RunningRule rule)
    {
        if (rule.Fault is not null || !rule.IsStarted)
        {
            return;
        }

        if (rule.Rule.Lateness == 0)
        {
            _dueRules.Update(rule, rule.DueAt);
            return;
        }

        if (rule.Overflows && !MakeRoom(rule))
        {
            return;
        }

        var need = rule.Need;
        if (need == rule.LastNeed && rule.IsHeldAsBefore(need))
        {
            return;
        }

        if (need != DueItem.NotDue && need <= rule.Watermark() && !StepAll(rule))
        {
            return;
        }

        Wait(rule);

        foreach (var consumer in rule.Derived.Consumers)
        {
            Progress(consumer);
        }
    }

    private bool MakeRoom(RunningRule rule)
    {
        while (rule.Overflows)
        {
            if (!Guard(rule, rule.ForceFirst))
            {
                return false;
            }

            FlushDerived();
        }

        return true;
    }

    private bool StepAll(RunningRule rule)
    {
        var watermark = rule.Watermark();
        var more = true;
        while (more)
        {
            try
            {
                more = rule.StepTo(watermark);
            }
            catch (Exception e)
            {
                Stop(rule, e);
                return false;
            }

            FlushDerived();
        }

        return true;
    }

    // Notes the clock and the source that can take the rule on.
    private void Wait(RunningRule rule)
    {
        var need = rule.Need;
        rule.LastNeed = need;
        if (need == DueItem.NotDue)
        {
            _dueRules.Update(rule, DueItem.NotDue);
            return;
        }

        // Not before the next microsecond: what this instant allowed has been done.
        _dueRules.Update(rule, Math.Max(rule.ClockFor(need), _clock.Micros + 1));
        if (
            rule.Blocker(need, out var wanted) is { } blocker
            && (rule.Awaits.Source != blocker || wanted < rule.Awaits.Need)
        )
        {
            rule.Awaits = (blocker, wanted);
            blocker.Waiters.Enqueue(rule, wanted);
        }
    }

    private void RunDue(RunningRule rule)
    {
        if (rule.Rule.Lateness == 0)
        {
            try
            {
                rule.RunDue(_clock.Micros);
                _dueRules.Update(rule, rule.DueAt);
            }
            catch (Exception e)
            {
                Stop(rule, e);
            }
        }
        else
        {
            Progress(rule);
        }

        FlushDerived();
    }

    // Derived readings enter at the instant of the rule that made them; circles were refused when rules were loaded.
    private void FlushDerived()
    {
        while (_derived.TryDequeue(out var item))
        {
            Apply(item.Reading, item.Producer.Derived);
        }
    }

    private void End(Source source, Timestamp time)
    {
        if (_sources.Values.All(other => other.Ended || other == source))
        {
            // Nobody is left to hold a rule back: the end is also that of rules which this source never told anything.
            foreach (var rule in _rules.Where(rule => rule.Rule.Lateness > 0))
            {
                rule.Join(source);
            }
        }

        ChangeSource(
            source,
            () =>
            {
                source.Ended = true;
                source.EndedAt = time.Micros;
            }
        );
    }

    private void ReviveIfEnded(Source source)
    {
        if (source.Ended)
        {
            Revive(source);
        }
    }

    // By itself, so that the usual path makes no closure.
    private void Revive(Source source) => ChangeSource(source, () => source.Ended = false);

    // What a rule has been promised stays promised when a source comes back.
    private void ChangeSource(Source source, Action change)
    {
        foreach (var rule in _rules)
        {
            if (rule.Knows(source))
            {
                rule.Freeze();
            }
        }

        change();
        foreach (var rule in _rules)
        {
            if (rule.Knows(source))
            {
                rule.SourcesChanged();
                Progress(rule);
            }
        }

        FlushDerived();
    }

    private bool Guard(RunningRule rule, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e)
        {
            Stop(rule, e);
            return false;
        }
    }

    private void Stop(RunningRule rule, Exception e)
    {
        rule.Fault = $"{e.GetType().Name}: {e.Message}";
        _dueRules.Remove(rule);
    }
}
