using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running.Patterns;

/// <summary>The partial matches of one key, in the order in which they started.</summary>
internal sealed class PatternState : BodyState
{
    private Attempt[] _attempts = [];
    private int _count;
    private long _due = DueItem.NotDue;

    public ReadOnlySpan<Attempt> Attempts => _attempts.AsSpan(0, _count);

    /// <summary>Readings and starts that the key has seen.</summary>
    public long Ordinal { get; set; }

    /// <summary>A partial match has started, so that with <c>start: once</c> none will again.</summary>
    public bool HasStarted { get; set; }

    public override long Due => _due;

    // What has only been waiting since the key began would begin again with the key.
    public override bool IsBusy => Array.Exists(_attempts, a => a?.First?.Bound is not null);

    /// <summary>Some partial match is not over.</summary>
    public bool IsOpen => Array.Exists(_attempts, a => a?.First is not null);

    /// <summary>Behind those that started before it or with it.</summary>
    public void Add(Attempt attempt)
    {
        if (_count == _attempts.Length)
        {
            Array.Resize(ref _attempts, Math.Max(1, _count * 2));
        }

        var at = _count++;
        for (; at > 0 && _attempts[at - 1].Start > attempt.Start; at--)
        {
            _attempts[at] = _attempts[at - 1];
        }

        _attempts[at] = attempt;
    }

    /// <summary>Forgets the partial matches that are over, and finds when the first of the others is due.</summary>
    /// <param name="over">Takes those that are over.</param>
    public void Settle(PatternScraps? over = null)
    {
        var (kept, due) = (0, DueItem.NotDue);
        for (var i = 0; i < _count; i++)
        {
            var attempt = _attempts[i];
            if (attempt.First is null)
            {
                over?.Put(attempt);
                continue;
            }

            due = Math.Min(due, attempt.Due);
            if (kept < i)
            {
                _attempts[kept] = attempt;
            }

            kept++;
        }

        Array.Clear(_attempts, kept, _count - kept);
        (_count, _due) = (kept, due);
    }

    public override void Save(StateWriter writer)
    {
        writer.Number(Ordinal);
        writer.Flag(HasStarted);
        var links = new LinkTable(Attempts);
        links.Save(writer);
        writer.Count(_count);
        foreach (var attempt in Attempts)
        {
            writer.Number(attempt.Start);
            writer.Number(attempt.StartedAt);
            writer.Number(attempt.Ends);
            for (var head = attempt.First; head is not null; head = head.Next)
            {
                writer.Flag(true);
                head.Save(writer, links);
            }

            writer.Flag(false);
        }
    }

    public static PatternState Restore(StateReader reader, PatternPlan plan)
    {
        var state = new PatternState { Ordinal = reader.Number(), HasStarted = reader.Flag() };
        var links = LinkTable.Restore(reader, plan.Names.Length);
        for (var left = reader.Count(); left > 0; left--)
        {
            var attempt = new Attempt
            {
                Start = reader.Number(),
                StartedAt = reader.Number(),
                Ends = reader.Number(),
            };
            Head? last = null;
            while (reader.Flag())
            {
                var head = Head.Restore(reader, links, plan);
                if (last is null)
                {
                    attempt.First = head;
                }
                else
                {
                    last.Next = head;
                }

                last = head;
            }

            state.Add(attempt);
        }

        state.Settle();
        return state;
    }
}
