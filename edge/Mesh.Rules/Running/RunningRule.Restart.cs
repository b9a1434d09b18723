using Mesh.Rules.Running;

namespace Mesh.Rules;

// The node was down. A `for`, a `clear_for` or a silence counts the time in which the node could see: its overlap with
// the outage is added to it. `within`, `wait`, ages and windows go on, because they speak of the world's time.
//
// With lateness the clock part of the watermark waits after the start, so that what devices kept meanwhile is in time:
// until every source known before has come to the present, or the grace is over. With lateness 0 readings take effect
// on arrival anyway; there the grace holds back what is pending, so that they can still cancel it.
internal sealed partial class RunningRule
{
    /// <summary>With lateness, the clock waits at least this long for readings kept during an outage, in microseconds.</summary>
    private const long LeastHold = 5_000_000;

    // Microseconds; the clock part of the watermark stands at the outage's beginning until then.
    private long _holdUntil = Start0;

    /// <summary>The last time the node was down.</summary>
    public Outage Outage { get; private set; } = Outage.None;

    /// <summary>The node was down from the clock's present instant to <paramref name="to"/>, in microseconds.</summary>
    public void Restarted(long from, long to)
    {
        var restart = Rule.Definition.Restart;
        var grace = CompiledRule.Micros(restart.Grace);
        Outage = new Outage(
            from,
            to,
            to - from > CompiledRule.Micros(restart.OutageTolerance),
            grace > 0 ? to + grace : Outage.None.GraceUntil
        );
        _holdUntil = Rule.Lateness > 0 ? to + Math.Max(grace, LeastHold) : Start0;
        MoveWaits();
    }

    /// <summary>The clock was put forward to <paramref name="to"/>, in microseconds: nothing was missed, but no time has passed.</summary>
    public void Stepped(long from, long to)
    {
        Outage = new Outage(from, to, StartsOver: false, Outage.None.GraceUntil);
        MoveWaits();
    }

    private void MoveWaits()
    {
        foreach (var key in _keys.Values)
        {
            Rule.Body.Restarted(this, key);
            _due.Update(key, key.Due);
        }

        LastNeed = NotDue;
        SourcesChanged();
    }

    /// <summary>Every source known before the outage has come to the present: the clock counts again.</summary>
    public void Release()
    {
        _holdUntil = Start0;
        LastNeed = NotDue;
        Awaits = default;
    }

    private bool IsHeld => _clock.Micros < _holdUntil;

    private long ClockPart =>
        _clock.IsKnown
            ? ((IsHeld ? Math.Min(_clock.Micros, Outage.From) : _clock.Micros) - Rule.MaxDelay) * 2
            : StartHalf;

    private void SaveOutage(StateWriter writer)
    {
        writer.Number(_holdUntil);
        writer.Number(Outage.From);
        writer.Number(Outage.To);
        writer.Flag(Outage.StartsOver);
        writer.Number(Outage.GraceUntil);
    }

    private void RestoreOutage(StateReader reader)
    {
        _holdUntil = reader.Number();
        Outage = new Outage(reader.Number(), reader.Number(), reader.Flag(), reader.Number());
    }
}
