using Mesh.Rules.Compiled;

namespace Mesh.Rules.Running.Patterns;

/// <summary>The partial matches of one key, in the order in which they started.</summary>
internal sealed class PatternState : BodyState
{
    private long _due = DueItem.NotDue;

    public List<Attempt> Attempts { get; } = [];

    /// <summary>Readings and starts that the key has seen.</summary>
    public long Ordinal { get; set; }

    /// <summary>A partial match has started, so that with <c>start: once</c> none will again.</summary>
    public bool HasStarted { get; set; }

    public override long Due => _due;

    // What has only been waiting since the key began would begin again with the key.
    public override bool IsBusy => Attempts.Exists(a => a.First?.Bound is not null);

    /// <summary>Forgets the partial matches that are over, and finds when the first of the others is due.</summary>
    public void Settle()
    {
        Attempts.RemoveAll(static a => a.First is null);
        _due = DueItem.NotDue;
        foreach (var attempt in Attempts)
        {
            _due = Math.Min(_due, attempt.Due);
        }
    }

    public override void Save(StateWriter writer)
    {
        writer.Number(Ordinal);
        writer.Flag(HasStarted);
        var links = new LinkTable(Attempts);
        links.Save(writer);
        writer.Count(Attempts.Count);
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
            var attempt = new Attempt(reader.Number(), reader.Number(), reader.Number());
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

            state.Attempts.Add(attempt);
        }

        state.Settle();
        return state;
    }
}
