using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules;

internal sealed partial class RunningRule
{
    private const int StateVersion = 3;

    /// <summary>Writes everything that an output can depend on; the rule itself only as its hash.</summary>
    public void Save(StateWriter writer)
    {
        writer.Count(StateVersion);
        writer.Text(Rule.Hash);
        writer.Flag(IsStarted);
        writer.Number(StartedAt);
        writer.Number(StartTime);
        writer.Number(Time);
        writer.Number(_floor);
        writer.Text(Fault);
        writer.Number(_nextOrdinal);
        writer.Number(_derivedSeq);
        Counters.Save(writer);
        _ordinals.Save(writer);
        SaveOutage(writer);
        writer.Count(_sources.Count);
        foreach (var source in _sources)
        {
            writer.Flag(source.Producer is not null);
            writer.Text(source.Producer?.Rule.Id ?? source.Name);
        }

        var waiting = _waiting.ToArray();
        writer.Count(waiting.Length);
        foreach (var item in waiting)
        {
            writer.Reading(item.Reading);
            writer.Text(item.Source);
        }

        writer.Count(_keys.Count);
        foreach (var key in _keys.Values)
        {
            Save(writer, key);
        }
    }

    /// <summary>
    /// Reads what was saved into this fresh rule; false, and nothing changed, when it was another rule.
    /// </summary>
    public bool Restore(StateReader reader, Func<bool, string, Source?> sources)
    {
        if (reader.Count() != StateVersion || reader.Text() != Rule.Hash)
        {
            return false;
        }

        Forget();
        IsStarted = reader.Flag();
        StartedAt = reader.Number();
        StartTime = reader.Number();
        Time = reader.Number();
        _floor = reader.Number();
        Fault = reader.Text();
        StopMatches();
        _nextOrdinal = reader.Number();
        _derivedSeq = reader.Number();
        CountMatches();
        _counters = RuleCounters.Restore(reader);
        _ordinals.Restore(reader);
        RestoreOutage(reader);
        for (var left = reader.Count(); left > 0; left--)
        {
            var derived = reader.Flag();
            if (sources(derived, reader.RequiredText()) is { } source)
            {
                AddSource(source);
            }
        }

        for (var left = reader.Count(); left > 0; left--)
        {
            var reading = reader.RequiredReading();
            _waiting.Add(new WaitingReading(reading, reader.RequiredText()));
        }

        for (var left = reader.Count(); left > 0; left--)
        {
            var key = RestoreKey(reader);
            _keys.Add(key);
            _due.Update(key, key.Due);
        }

        return true;
    }

    private void Forget()
    {
        foreach (var key in _keys.Values)
        {
            _due.Remove(key);
        }

        _keys.Clear();
        _sources.Clear();
        _known.Clear();
        _derivedSources = 0;
        SourcesChanged();
        while (_waiting.Count > 0)
        {
            _waiting.Take();
        }
    }

    private static void Save(StateWriter writer, KeyState key)
    {
        foreach (var part in key.Values.Parts)
        {
            writer.Value(part);
        }

        writer.Number(key.Ordinal);
        writer.Count((int)key.Phase);
        writer.Flag(key.Armed);
        writer.Flag(key.Stale);
        writer.Number(key.Since);
        writer.Number(key.Deadline);
        writer.Number(key.Recheck);
        writer.Number(key.Touched);
        foreach (var input in key.Inputs)
        {
            writer.Reading(input.Newest);
            Save(writer, input.History);
            writer.Count(input.Devices?.Count ?? 0);
            foreach (var device in input.Devices ?? [])
            {
                writer.Reading(device.Reading);
                writer.Flag(device.Counts);
            }
        }

        foreach (var track in key.Tracks)
        {
            Save(writer, track);
        }

        writer.Flag(key.Body is not null);
        key.Body?.Save(writer);
        writer.Flag(key.Throttle is not null);
        if (key.Throttle is { } throttle)
        {
            writer.Number(throttle.Anchor);
            writer.Number(throttle.Suppressed);
            writer.Flag(throttle.FireSuppressed);
        }
    }

    private static void Save(StateWriter writer, History? history)
    {
        writer.Flag(history is not null);
        history?.Save(writer);
    }

    private KeyState RestoreKey(StateReader reader)
    {
        var parts = new Value[Layout.By.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = reader.Value();
        }

        var key = NewKey(new KeyValues(parts), reader.Number());
        key.Phase = (Phase)reader.Count((int)Phase.Clearing);
        key.Armed = reader.Flag();
        key.Stale = reader.Flag();
        key.Since = reader.Number();
        key.Deadline = reader.Number();
        key.Recheck = reader.Number();
        key.Touched = reader.Number();
        for (var i = 0; i < key.Inputs.Length; i++)
        {
            RestoreInput(reader, ref key.Inputs[i], Layout.Inputs[i].History?.Depth ?? 1);
        }

        for (var i = 0; i < key.Tracks.Length; i++)
        {
            var depth = Layout.Parts[i % Layout.Parts.Count].Depth;
            key.Tracks[i] = reader.Flag() ? History.Restore(reader, depth) : null;
        }

        if (reader.Flag())
        {
            key.Body = Rule.Body.Restore(this, reader);
        }

        if (reader.Flag())
        {
            key.Throttle = new ThrottleState
            {
                Anchor = reader.Number(),
                Suppressed = reader.Number(),
                FireSuppressed = reader.Flag(),
            };
        }

        return key;
    }

    private static void RestoreInput(StateReader reader, ref InputState input, int depth)
    {
        input.Newest = reader.Reading();
        input.History = reader.Flag() ? History.Restore(reader, depth) : null;
        for (var left = reader.Count(); left > 0; left--)
        {
            var reading = reader.RequiredReading();
            input.Devices ??= [];
            input.Devices.Add(new DeviceReading(reading, reader.Flag()));
        }
    }
}
