using Mesh.Rules.Running;

namespace Mesh.Rules;

// Saved state: the core (clock, sources, duplicates, latest values, what waits for the clock) and each rule by itself.
public sealed partial class RuleEngine
{
    private const int CoreVersion = 2;

    /// <summary>Writes everything but the rules' own state.</summary>
    public void SaveCore(BinaryWriter writer)
    {
        var state = new StateWriter(writer);
        state.Count(CoreVersion);
        state.Number(_clock.Micros);
        state.Number(Accepted);
        state.Number(Duplicates);
        state.Number(Flagged);
        state.Count(_sources.Count);
        foreach (var source in SourcesByName)
        {
            state.Text(source.Name);
            state.Flag(source.Alive);
            state.Flag(source.Ended);
            state.Number(source.EndedAt);
            state.Number(source.Highest);
            state.Number(source.Clock);
            state.Flag(source.Final);
        }

        var waiting = _waiting.UnorderedItems.Select(i => i.Element).ToArray();
        Array.Sort(waiting, ArrivalOrder.Instance);
        state.Count(waiting.Length);
        foreach (var arrival in waiting)
        {
            state.Number(arrival.At);
            state.Text(arrival.Source.Name);
            state.Reading(arrival.Reading);
        }

        _devices.Save(state);
        SaveCatchingUp(state);
    }

    /// <summary>Reads what <see cref="SaveCore"/> wrote into an engine that has taken nothing yet.</summary>
    /// <exception cref="InvalidDataException">The state is damaged or of another version.</exception>
    public void RestoreCore(BinaryReader reader)
    {
        var state = new StateReader(reader);
        if (state.Count() is var version and not CoreVersion)
        {
            throw new InvalidDataException($"Saved state of version {version} was found; {CoreVersion} is expected.");
        }

        _clock.Micros = state.Number();
        Accepted = state.Number();
        Duplicates = state.Number();
        Flagged = state.Number();
        for (var left = state.Count(); left > 0; left--)
        {
            var source = SourceOf(state.RequiredText());
            source.Alive = state.Flag();
            source.Ended = state.Flag();
            source.EndedAt = state.Number();
            source.Highest = state.Number();
            source.Clock = state.Number();
            source.Final = state.Flag();
        }

        for (var left = state.Count(); left > 0; left--)
        {
            var at = state.Number();
            Enqueue(new Arrival(at, SourceOf(state.RequiredText()), _arrivals++, state.Reading()));
        }

        _devices.Restore(state);
        RestoreCatchingUp(state);
        _slowestIsKnown = false;
    }

    /// <summary>Writes the state of one rule.</summary>
    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public void SaveRule(string id, BinaryWriter writer) =>
        (Running(id) ?? throw new ArgumentException($"There is no rule '{id}'.", nameof(id))).Save(
            new StateWriter(writer)
        );

    /// <summary>
    /// Reads what <see cref="SaveRule"/> wrote. False when there is no such rule, or its stateful part has changed since:
    /// then it starts fresh.
    /// </summary>
    /// <exception cref="InvalidDataException">The state is damaged.</exception>
    public bool RestoreRule(string id, BinaryReader reader)
    {
        if (Running(id) is not { } rule)
        {
            return false;
        }

        if (
            !rule.Restore(new StateReader(reader), (derived, name) => derived ? Running(name)?.Derived : SourceOf(name))
        )
        {
            return false;
        }

        Follow(rule);
        foreach (var sensor in rule.Rule.Sensors)
        {
            if (_index.TryGetValue(sensor, out var index))
            {
                index.MeetAgain();
            }
        }

        rule.Awaits = default;
        _dueRules.Remove(rule);
        Schedule(rule);
        return true;
    }

    // Only notes what the rule waits for: nothing may run before all rules are restored.
    private void Schedule(RunningRule rule)
    {
        if (rule.Fault is null && rule.IsStarted)
        {
            _dueRules.Update(rule, rule.Rule.Lateness == 0 ? rule.DueAt : _clock.Micros);
        }
    }
}
