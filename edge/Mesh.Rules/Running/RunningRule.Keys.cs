using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running;

namespace Mesh.Rules;

internal sealed partial class RunningRule
{
    private readonly KeyTable _keys = new();
    private readonly KeyValues _scratch;
    private readonly KeyState _unkeyedState;
    private KeyValues _here;
    private readonly bool _needsKeys;
    private readonly RuleLimits _limits;
    private long _nextOrdinal;

    /// <summary>When the rule started; before everything when the clock was not known then.</summary>
    public long StartedAt { get; private set; } = Start0;

    /// <summary>The instant at which conditions are first evaluated.</summary>
    public long StartTime { get; private set; } = Start0;

    /// <summary>What the rules of the engine share; alone, a rule works out its keys itself.</summary>
    public SharedKeys? Shared { get; init; }

    /// <summary>The number of the rule's <c>by</c> among those that share.</summary>
    public int ByNumber { get; init; } = -1;

    public bool IsStarted { get; private set; }

    public int Keys => _keys.Count;

    public int Waiting => _waiting.Count;

    public int OpenEpisodes => _keys.CountOf(static k => k.IsOpen);

    /// <summary>Open episodes that go on because what could end them is unknown.</summary>
    public int StaleEpisodes => _keys.CountOf(static k => k is { IsOpen: true, Stale: true });

    /// <summary>Begins with what the node knows already; conditions are evaluated at once, as a timer of this instant.</summary>
    /// <param name="now">The clock.</param>
    /// <param name="first">The clock has just become known: the rule is as old as the data.</param>
    /// <param name="latest">The newest readings of every device and sensor, in event order.</param>
    public void Begin(long now, bool first, IEnumerable<Reading> latest)
    {
        IsStarted = true;
        StartTime = now;
        StartedAt = first ? Start0 : now;
        Time = Rule.Lateness == 0 ? Math.Max(Time, now) : Time;

        if (_needsKeys && Layout.By.Count == 0)
        {
            FindOrAdd();
        }

        foreach (var reading in latest)
        {
            if (
                Plan(reading.Sensor) is { } plan
                && (plan.Inputs.Length > 0 || Rule.Body.StartsWithLatest)
                && FillScratch(reading)
                && FindOrAdd() is { } key
            )
            {
                FeedInputs(key, plan, reading, older: false);
            }
        }
    }

    public IEnumerable<KeyState> AllKeys => _keys.Values;

    /// <summary>The key whose parts have these texts; null when nothing of it is known.</summary>
    public KeyState? FindKey(IReadOnlyList<KeyValuePair<string, string>> parts) =>
        _keys.Values.FirstOrDefault(k => IsKey(k, parts));

    /// <summary>Whether the parts of the key have these texts, in whatever order they are named.</summary>
    public bool IsKey(KeyState key, IReadOnlyList<KeyValuePair<string, string>> parts)
    {
        foreach (var (name, text) in parts)
        {
            var index = Layout.By.ToList().IndexOf(name);
            if (index < 0 || key.Values.Parts[index].ToString() != text)
            {
                return false;
            }
        }

        return true;
    }

    // Finds the key of the reading, or reads its parts; false when one is missing.
    private bool FillScratch(Reading reading)
    {
        var by = Layout.By;
        if (by.Count == 0)
        {
            return true;
        }

        if (Shared?.Find(ByNumber, reading) is { } known)
        {
            _here = known;
            return true;
        }

        var ofDevice = true;
        for (var i = 0; i < by.Count; i++)
        {
            var value = KeyPart(reading, by[i], out var partOfDevice);
            ofDevice &= partOfDevice;
            if (value.IsUnknown)
            {
                if (IsTraced)
                {
                    TraceIgnored(null, reading, $"it has no '{by[i]}', by which the rule is kept");
                }

                return false;
            }

            _scratch.Refill(i, value);
        }

        _scratch.Rehash();
        _here = ofDevice && Shared is not null ? Shared.Keep(ByNumber, reading, _scratch) : _scratch;
        return true;
    }

    /// <summary>A part of the reading's key; unknown when it has none of that name.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="name">As in <c>by</c>.</param>
    /// <param name="ofDevice">It is the same for every reading of the device that has these labels.</param>
    public static Value KeyPart(Reading reading, string name, out bool ofDevice)
    {
        ofDevice = true;
        switch (name)
        {
            case "device":
                return Value.Of(reading.Device);
            case "sensor":
                ofDevice = false;
                return Value.Of(reading.Sensor);
        }

        if (reading.Labels.TryGet(name, out var label))
        {
            return Value.Of(label);
        }

        ofDevice = false;
        return reading.Fields.TryGet(name, out var field) ? field : Value.Unknown;
    }

    // The state of the key in the scratch; null when the bound is reached and every key has an open episode.
    private KeyState? FindOrAdd()
    {
        if (_keys.TryGetValue(_here, out var found))
        {
            return found;
        }

        if (_keys.Count >= _limits.MaxKeys && !Purge())
        {
            _counters.KeysPurged++;
            return null;
        }

        var key = NewKey(ReferenceEquals(_here, _scratch) ? _scratch.Copy() : _here, _nextOrdinal++);
        _keys.Add(key);
        Rule.Body.Start(this, key);
        _due.Update(key, key.Due);
        return key;
    }

    private KeyState NewKey(KeyValues values, long ordinal) =>
        new(values, ordinal)
        {
            Inputs = Layout.Inputs.Count == 0 ? [] : new InputState[Layout.Inputs.Count],
            Tracks = Layout.Parts.Count == 0 ? [] : new History?[Layout.Parts.Count * Layout.Sensors.Count],
            Touched = Time,
        };

    // Forgets the quarter of the keys that has been idle longest; never one in which something waits or is open.
    private bool Purge()
    {
        var idle = _keys
            .Values.Where(k => k.Phase == Phase.Idle && k.Body is not { IsBusy: true })
            .OrderBy(k => k.Touched)
            .ThenBy(k => k.Ordinal)
            .Take(Math.Max(1, _limits.MaxKeys / 4))
            .ToHashSet();
        foreach (var key in idle)
        {
            _due.Remove(key);
        }

        _keys.Remove(idle);
        _counters.KeysPurged += idle.Count;
        return idle.Count > 0;
    }

    private static void PushParts(KeyState key, SensorPlan plan, Reading reading)
    {
        foreach (var part in plan.Parts)
        {
            ref var history = ref key.Tracks[(plan.Index * part.Stride) + part.Slot];
            history ??= new History(part.Depth);
            history.Push(part.Part.Of(reading), reading.At);
        }
    }

    private bool FeedInputs(KeyState key, SensorPlan plan, Reading reading, bool older)
    {
        if (plan.Inputs.Length == 0)
        {
            return false;
        }

        if (older)
        {
            _counters.IgnoredOlder++;
            TraceIgnored(key, reading, "it is older than its device's current one");
            return false;
        }

        var changed = false;
        foreach (var input in plan.Inputs)
        {
            changed |= Feed(key, input, plan, reading);
        }

        return changed;
    }

    private bool Feed(KeyState key, InputPlan input, SensorPlan plan, Reading reading)
    {
        if (input.Device is { } device && !string.Equals(device, reading.Device, StringComparison.Ordinal))
        {
            return false;
        }

        var holds = true;
        if (input.Where is { } where)
        {
            Evaluation.Begin(new Timestamp(Time), key, reading, plan.Index);
            holds = where.Test(Evaluation) == Truth.True;
        }

        ref var state = ref key.Inputs[input.Slot];
        if (input.Combination != Combination.Latest)
        {
            return Combine(ref state, reading, holds);
        }

        if (!holds || (state.Newest is { } newest && reading.At < newest.At))
        {
            return false;
        }

        state.Newest = reading;
        if (input.History is { } history)
        {
            state.History ??= new History(history.Depth);
            state.History.Push(reading.Trusted, reading.At);
        }

        return true;
    }

    private bool Combine(ref InputState state, Reading reading, bool counts)
    {
        var devices = state.Devices ??= [];
        var (low, high) = (0, devices.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(devices[middle].Reading.Device, reading.Device);
            if (order == 0)
            {
                if (reading.At < devices[middle].Reading.At)
                {
                    return false;
                }

                devices[middle] = new DeviceReading(reading, counts);
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle);
        }

        if (devices.Count >= _limits.MaxDevicesPerInput)
        {
            _counters.KeysPurged++;
            return false;
        }

        devices.Insert(low, new DeviceReading(reading, counts));
        return true;
    }
}
