using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules;

// Telling those who ask why. Nobody asks in ordinary running: every call is guarded, and no text is made.
internal sealed partial class RunningRule
{
    /// <summary>The reading being applied; null while time does something.</summary>
    public Reading? Cause { get; private set; }

    /// <summary>Tells of a step at the rule's time; ask <see cref="IsTraced"/> before making the text.</summary>
    public void Tell(TraceKind kind, KeyState key, string text) =>
        Trace?.Invoke(new TraceEvent(kind, key, new Timestamp(Time), Cause, text));

    public bool IsTraced => Trace is not null;

    private void TraceIgnored(KeyState? key, Reading reading, string why) =>
        Trace?.Invoke(new TraceEvent(TraceKind.Ignored, key, new Timestamp(Time), reading, why));

    private void TraceSuppressed(KeyState key)
    {
        if (IsTraced)
        {
            Tell(TraceKind.Suppressed, key, "an output was kept back by the throttle");
        }
    }

    private void TraceSaid(MeshEvent said)
    {
        var key = said is Detection d ? d.Key : ((Aggregate)said).Key;
        var word = said is Detection detection ? detection.Kind.ToString().ToLowerInvariant() : "aggregate";
        var state = new KeyState(new KeyValues([.. key.Select(k => k.Value)]), 0);
        Tell(TraceKind.Said, state, $"it said {word}");
    }

    private void TraceLate(Reading reading)
    {
        if (Trace is not null && FillScratch(reading))
        {
            _keys.TryGetValue(_here, out var key);
            var by = Durations.Format(
                new TimeSpan((Watermark() / 2 - reading.At.Micros) * TimeSpan.TicksPerMicrosecond)
            );
            TraceIgnored(key, reading, $"it came too late, by {by}");
        }
    }
}
