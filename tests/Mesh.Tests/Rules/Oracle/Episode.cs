using Mesh.Contracts;

namespace Mesh.Tests.Rules.Oracle;

/// <summary>
/// Rows 3, 4 and 5: from the truth of a condition to fire and clear. <see cref="Run"/> first lets deadlines pass that are
/// due at an instant; <see cref="Observe"/> then says what is true from that instant on.
/// </summary>
internal sealed class Episode(Level level, Func<long, IReadOnlyList<KeyValuePair<string, Value>>> values)
{
    private bool _armed = !level.Edge;
    private bool _firing;
    private long? _trueSince;
    private long? _clearSince;

    public List<(string Kind, long At, long? Since, IReadOnlyList<KeyValuePair<string, Value>> Values)> Said { get; } =
    [];

    public void Run(long now)
    {
        if (!_firing && _trueSince is { } since && since + level.For <= now)
        {
            _firing = true;
            _trueSince = null;
            Said.Add(("fire", since + level.For, since, values(since + level.For)));
        }

        if (_firing && _clearSince is { } clear && clear + level.ClearFor <= now)
        {
            _firing = false;
            _clearSince = null;
            Said.Add(("clear", clear + level.ClearFor, null, values(clear + level.ClearFor)));
        }
    }

    public void Observe(long now, Value condition, Value clearWhen)
    {
        if (!_armed)
        {
            _armed = condition.IsFalse || clearWhen.IsTrue;
            return;
        }

        var clears = level.ClearWhen is null ? condition.IsFalse : clearWhen.IsTrue;
        if (_firing)
        {
            _clearSince = clears ? _clearSince ?? now : null;
            Run(now);
        }

        if (!_firing)
        {
            var fires = condition.IsTrue && !(level.ClearWhen is not null && clearWhen.IsTrue);
            _trueSince = fires ? _trueSince ?? now : null;
            Run(now);
        }
    }
}
