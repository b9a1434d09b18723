using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>
/// When windows of a kind begin, take readings and are said. A shape holds no state: that is in the
/// <see cref="WindowState"/>. With every shape timers of an instant have run before its readings come.
/// </summary>
internal abstract class WindowShape
{
    /// <summary>Whether readings leave one by one; if not, totals are enough.</summary>
    public virtual bool Slides => false;

    /// <summary>A key has appeared.</summary>
    /// <param name="window">The key's window.</param>
    /// <param name="at">Microseconds from which the key exists.</param>
    public virtual void Start(WindowState window, long at) { }

    /// <summary>Takes a reading that belongs to the window's kind of readings.</summary>
    public abstract void Take(in WindowCall call, Reading reading, int sensor);

    /// <summary><see cref="WindowState.DueMicros"/> has come; it is the rule's time.</summary>
    public virtual void Due(in WindowCall call) { }
}

/// <summary>Whose window it is about.</summary>
internal readonly record struct WindowCall(WindowBody Body, RunningRule Rule, KeyState Key, WindowState Window)
{
    /// <summary>The rule's time in microseconds.</summary>
    public long Now => Rule.Time;

    public WindowTotals Totals => (WindowTotals)Window.Content;

    public SlidingReadings Sliding => (SlidingReadings)Window.Content;

    /// <summary>Gives the reading to the window's content.</summary>
    public void Add(Reading reading) => Window.Content.Add(Rule.Evaluation, reading, Rule.Time);

    /// <summary>Makes the evaluation see the reading again, after a window has been said.</summary>
    public void Judge(Reading reading, int sensor) =>
        Rule.Evaluation.Begin(new Timestamp(Rule.Time), Key, reading, sensor);

    /// <summary>Says what the window holds now.</summary>
    public void Say(long start, long end) => Body.Say(Rule, Key, Window, start, end);
}
