using System.Reactive.Concurrency;
using Mesh.Contracts;

namespace Mesh.Rules.Code;

/// <summary>The time of a rule in code: stands still until the rule moves it.</summary>
internal sealed class RuleTime : HistoricalScheduler
{
    public RuleTime(long micros)
        : base(new Timestamp(micros).ToDateTimeOffset()) { }

    /// <summary>Microseconds of the next thing to do, rounded up; <see cref="long.MaxValue"/> when there is none.</summary>
    public long Next
    {
        get
        {
            if (GetNext() is not { } item)
            {
                return long.MaxValue;
            }

            var due = Timestamp.From(item.DueTime);
            return due.ToDateTimeOffset() < item.DueTime ? due.Micros + 1 : due.Micros;
        }
    }

    /// <summary>Does what is due by the instant; it never goes back.</summary>
    public void MoveTo(long micros)
    {
        var instant = new Timestamp(micros).ToDateTimeOffset();
        if (instant > Clock)
        {
            AdvanceTo(instant);
        }
        else if (Next <= micros)
        {
            // What was scheduled for this very instant after the time had come to it.
            AdvanceBy(TimeSpan.Zero);
        }
    }
}
