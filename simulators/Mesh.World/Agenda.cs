namespace Mesh.World;

/// <summary>
/// What happens when, in virtual time: the earliest first, and of those at the same instant the one that was planned
/// first. One thread; nothing happens but what was planned, so the same plans give the same run.
/// </summary>
public sealed class Agenda
{
    private readonly PriorityQueue<Action, (long Ticks, long Order)> _plans = new();
    private long _order;

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Plans that were carried out.</summary>
    public long Steps { get; private set; }

    /// <param name="after">From now; not negative.</param>
    /// <param name="plan">What happens then.</param>
    public void In(TimeSpan after, Action plan)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(after, TimeSpan.Zero);
        _plans.Enqueue(plan, ((Now + after).Ticks, _order++));
    }

    /// <summary>Carries out the next plan, unless it lies behind <paramref name="end"/>; then time goes there.</summary>
    public bool Step(TimeSpan end)
    {
        if (!_plans.TryPeek(out var plan, out var when) || when.Ticks > end.Ticks)
        {
            Now = end > Now ? end : Now;
            return false;
        }

        _plans.Dequeue();
        Now = new TimeSpan(when.Ticks);
        Steps++;
        plan();
        return true;
    }
}
