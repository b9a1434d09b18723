using Mesh.Contracts;
using Mesh.Rules.Compiled;
using Mesh.Rules.Expressions;
using Mesh.Rules.Running;

namespace Mesh.Rules;

internal sealed partial class RunningRule
{
    private readonly OutputOrdinals _ordinals = new();
    private static readonly IReadOnlyList<RuleAction> NoActions = Array.Empty<RuleAction>();
    private DetectionOrigin? _origin;
    private long _derivedSeq;

    /// <summary>Receives the readings that <c>set</c> derives.</summary>
    public Action<RunningRule, Reading>? OnDerived { get; set; }

    /// <summary>Says something about the key at the rule's time, unless the throttle keeps it back.</summary>
    public void Speak(DetectionKind kind, KeyState key, Timestamp? since, Reading? judged = null, int sensor = 0)
    {
        if (IsOutsideActive(kind, key))
        {
            return;
        }

        if (!PassesThrottle(kind, key, out var suppressed))
        {
            _counters.Suppressed++;
            TraceSuppressed(key);
            return;
        }

        var values = Values(key, judged, sensor, suppressed);
        Emit(kind, key, since, (judged, sensor), values, reason: null);
    }

    /// <summary>Says what a rule in code has said, with the id, the rule and the instants that are the host's to give.</summary>
    public void SpeakCode(Detection said)
    {
        var at = new Timestamp(Time);
        var detection = new Detection(Origin(said.Key, said.Labels), said.Kind, at, _clock.Now)
        {
            Ordinal = AmongEquals(said.Kind, new KeyValues([.. said.Key.Select(part => part.Value)]), said.Bindings),
            Since = said.Since,
            Reason = said.Reason,
            Values = said.Values,
            Bindings = said.Bindings,
        };
        Publish(detection, [], default);
    }

    /// <summary>Ends the open episodes because the rule itself ends.</summary>
    public void ClearAll(string reason)
    {
        Time = CurrentTime;
        foreach (var key in _keys.Values.Where(k => k.IsOpen))
        {
            if (key.Throttle is not { FireSuppressed: true })
            {
                var values = Values(key, null, 0, 0);
                Emit(DetectionKind.Clear, key, new Timestamp(key.Since), default, values, reason);
            }

            key.Phase = Phase.Idle;
        }
    }

    private void Emit(
        DetectionKind kind,
        KeyState key,
        Timestamp? since,
        (Reading? Reading, int Sensor) judged,
        IReadOnlyList<KeyValuePair<string, Value>> values,
        string? reason
    )
    {
        var at = new Timestamp(Time);
        var origin = OriginOf(key);
        var bindings = Layout.Pattern is { } pattern
            ? new StepBindings(pattern, Evaluation.Bound)
            : Bindings(key, judged.Reading);
        var detection = new Detection(origin, kind, at, _clock.Now)
        {
            Ordinal = Rule.Body is EachBody ? 0 : AmongEquals(kind, key.Values, bindings),
            Since = since,
            Reason = reason,
            Values = values,
            Bindings = bindings,
        };
        var actions = kind switch
        {
            DetectionKind.Clear => Rule.ClearThen,
            DetectionKind.Timeout => [],
            _ => Rule.Then,
        };
        var source = new TemplateSource(
            origin.Key,
            since,
            at,
            values,
            judged.Reading,
            Look(key, judged.Reading, judged.Sensor)
        );
        Publish(detection, actions, source);
    }

    // Begun for templates that look at inputs or steps; left alone otherwise.
    private Evaluation Look(KeyState key, Reading? judged, int sensor)
    {
        if (Rule.TemplatesLook)
        {
            Evaluation.Begin(new Timestamp(Time), key, judged, sensor);
        }

        return Evaluation;
    }

    // A match of a single reading has no equal: a reading is judged once.
    private int AmongEquals(DetectionKind kind, KeyValues key, IReadOnlyList<NamedBinding> bindings) =>
        _ordinals.Next(Time, EventJson.KindName(kind), key, kind == DetectionKind.Match ? bindings : []);

    private void Publish(MeshEvent said, IReadOnlyList<CompiledAction> actions, in TemplateSource source)
    {
        List<RuleAction>? filled = null;
        for (var i = 0; i < actions.Count; i++)
        {
            switch (actions[i])
            {
                case CompiledDeed deed:
                    filled ??= new List<RuleAction>(actions.Count);
                    filled.Add(deed.Fill($"{IdOf(said)}-{i}", source));
                    break;
                case CompiledSet set:
                    OnDerived?.Invoke(this, set.Fill(Rule, ++_derivedSeq, source));
                    break;
            }
        }

        if (IsTraced)
        {
            TraceSaid(said);
        }

        _counters.Outputs++;
        var output = new RuleOutput(said, filled ?? NoActions);
        foreach (var observer in _observers)
        {
            observer.OnNext(output);
        }
    }

    private static string IdOf(MeshEvent said) => said is Detection detection ? detection.Id : ((Aggregate)said).Id;

    private DetectionOrigin Origin(IReadOnlyList<KeyPart> key, Labels labels) =>
        new()
        {
            Rule = Rule.Id,
            RuleHash = Rule.Hash,
            Severity = Rule.Severity,
            Labels = labels,
            Key = key,
        };

    /// <summary>What outputs about no key have in common.</summary>
    public DetectionOrigin KeylessOrigin => _origin ??= Origin([], Rule.Labels);

    private DetectionOrigin OriginOf(KeyState key)
    {
        if (Layout.By.Count == 0)
        {
            return KeylessOrigin;
        }

        if (key.Origin is { } known)
        {
            return known;
        }

        var parts = new KeyPart[Layout.By.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new KeyPart(Layout.By[i], key.Values.Parts[i]);
        }

        var origin = Origin(parts, Rule.Labels);
        key.Origin = key == _unkeyedState ? null : origin;
        return origin;
    }

    // The rule has other labels or another severity now.
    private void ForgetOrigins()
    {
        _origin = null;
        foreach (var key in _keys.Values)
        {
            key.Origin = null;
        }
    }

    private KeyValuePair<string, Value>[] Values(KeyState key, Reading? judged, int sensor, long suppressed)
    {
        var lets = Lets;
        if (key.Window is { } window)
        {
            lets = window.LetValues;
        }
        else if (lets.Length > 0)
        {
            Evaluation.Begin(new Timestamp(Time), key, judged, sensor);
            for (var i = 0; i < lets.Length; i++)
            {
                lets[i] = Layout.Lets[i].Node.Evaluate(Evaluation);
            }
        }

        if (lets.Length == 0 && suppressed == 0 && key.Window is not { Approximate: true })
        {
            return [];
        }

        var values = new List<KeyValuePair<string, Value>>(lets.Length);
        for (var i = 0; i < lets.Length; i++)
        {
            values.Add(new(Layout.Lets[i].Name, lets[i]));
        }

        if (key.Window is { Approximate: true })
        {
            values.Add(new("approximate", Value.True));
        }

        if (suppressed > 0)
        {
            values.Add(new("suppressed", Value.Of(suppressed)));
        }

        return [.. values];
    }

    // The reading judged goes under its sensor's name, the inputs under theirs.
    private IReadOnlyList<NamedBinding> Bindings(KeyState key, Reading? judged)
    {
        if (Layout.Inputs.Count == 0)
        {
            return judged is null ? [] : new JudgedReading(judged);
        }

        if (!Array.Exists(key.Inputs, static state => state.Devices is not null))
        {
            var latest = new Reading?[Layout.Inputs.Count];
            for (var i = 0; i < latest.Length; i++)
            {
                latest[i] = key.Inputs[Layout.Inputs[i].Slot].Newest;
            }

            return new InputBindings(judged, Layout.Inputs, latest);
        }

        var bindings = new List<NamedBinding>();
        if (judged is not null)
        {
            bindings.Add(new NamedBinding(judged.Sensor, Repeated: false, [Binding.Of(judged)]));
        }

        foreach (var input in Layout.Inputs)
        {
            var state = key.Inputs[input.Slot];
            if (state.Newest is { } newest)
            {
                bindings.Add(new NamedBinding(input.Name, Repeated: false, [Binding.Of(newest)]));
            }
            else if (state.Devices is { Count: > 0 } devices)
            {
                var bound = devices.Where(d => d.Counts).Select(d => Binding.Of(d.Reading));
                bindings.Add(new NamedBinding(input.Name, Repeated: true, [.. bound]));
            }
        }

        return bindings;
    }

    // Episodes are not begun outside the active time, and end with it; what has no duration is not said.
    private bool IsOutsideActive(DetectionKind kind, KeyState key)
    {
        if (Rule.Active is not { } active || kind is DetectionKind.Fire or DetectionKind.Clear || active.At(Time))
        {
            return false;
        }

        if (IsTraced)
        {
            Tell(TraceKind.Suppressed, key, "an output was kept back: the rule is not active at this time");
        }

        return true;
    }

    private bool PassesThrottle(DetectionKind kind, KeyState key, out long suppressed)
    {
        suppressed = 0;
        if (Rule.Definition.Throttle is not { } throttle)
        {
            return true;
        }

        var state = key.Throttle;
        if (kind == DetectionKind.Clear)
        {
            // An episode whose beginning was kept back has no end either.
            return state is not { FireSuppressed: true };
        }

        if (state is null)
        {
            key.Throttle = new ThrottleState { Anchor = Time };
            return true;
        }

        // A throttle whose length is not known keeps nothing back.
        var every = ThrottleMicros(key);
        if (Time - state.Anchor < every)
        {
            state.Suppressed++;
            state.FireSuppressed = kind == DetectionKind.Fire;
            return false;
        }

        suppressed = state.Suppressed;
        (state.Suppressed, state.FireSuppressed) = (0, false);
        state.Anchor = throttle.Slots && every > 0 ? Time - ((Time - state.Anchor) % every) : Time;
        return true;
    }

    private long ThrottleMicros(KeyState key)
    {
        var every = Rule.ThrottleEvery!;
        if (!every.IsConstant)
        {
            Evaluation.Begin(new Timestamp(Time), key);
        }

        return every.Micros(Evaluation) ?? 0;
    }
}
