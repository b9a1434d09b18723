using Mesh.Contracts;

namespace Mesh.Rules.Running.Patterns;

// What one reading or instant has come to: matches in order, each dropping what its after_match says.
internal sealed partial class PatternTurn
{
    private readonly List<FoundMatch> _matches = [];

    // The place at which matching resumes behind the matches of this reading.
    private long _resume;

    private void Found(StepLink? bound) => _matches.Add(new FoundMatch(_attempt.Start, bound, IsTimeout: false));

    private void Finish()
    {
        var unstarted = _plan.StartsWithTimer && _state.Attempts.IsEmpty;
        if (!_touched && _matches.Count == 0 && _branches.Count == 0 && !unstarted)
        {
            return;
        }

        Join();
        Say();
        _state.Settle(_scraps);
        if (_state.Attempts.Length > _plan.MaxPartial)
        {
            DropOldest();
        }

        StartWithTimer(rule.Time);
    }

    // What is new goes behind those that started before it or with it.
    private void Join()
    {
        foreach (var branch in _branches)
        {
            if (branch.First is not null)
            {
                _state.Add(branch);
            }
        }

        _branches.Clear();
    }

    private void DropOldest()
    {
        foreach (var attempt in _state.Attempts[..^_plan.MaxPartial])
        {
            Tell(TraceKind.Suppressed, null, "there are too many partial matches: the oldest is dropped");
            attempt.First = null;
            rule.DropPartial();
        }

        _state.Settle(_scraps);
    }

    // Of several with the same readings, the one that went on to a later step earlier comes first.
    private void Say()
    {
        if (_matches.Count > 1)
        {
            var sorted = _matches
                .OrderBy(m => m.IsTimeout)
                .ThenBy(m => m.Start)
                .ThenBy(m => StepLink.Ordinals(m.Bound), Earliest.First)
                .ThenByDescending(m => StepLink.Slots(m.Bound), Earliest.First)
                .ToList();
            _matches.Clear();
            _matches.AddRange(sorted);
        }

        // Matches come first: partial matches whose time is over say nothing where a match drops them. Saying evaluates
        // expressions, which must not see this turn's reading.
        for (var i = 0; i < _matches.Count; i++)
        {
            var match = _matches[i];
            Evaluation.Bound = match.Bound;
            var kind = match.IsTimeout ? DetectionKind.Timeout : DetectionKind.Match;
            rule.Speak(kind, _key, StepLink.Begin(match.Bound));
            if (!match.IsTimeout)
            {
                Drop(match, i + 1);
            }
        }

        Evaluation.Bound = null;
        _matches.Clear();
    }

    // What started from the match's start up to, not including, the point at which matching resumes.
    private void Drop(in FoundMatch match, int next)
    {
        var (start, resume) = (match.Start, Resume(match));
        if (resume <= start)
        {
            return;
        }

        _resume = Math.Max(_resume, resume);
        foreach (var attempt in _state.Attempts)
        {
            if (attempt.First is not null && attempt.Start >= start && attempt.Start < resume)
            {
                attempt.First = null;
                Tell(TraceKind.Cancelled, null, "a partial match is dropped: a match has covered its start");
            }
        }

        for (var i = _matches.Count - 1; i >= next; i--)
        {
            if (_matches[i].Start >= start && _matches[i].Start < resume)
            {
                _matches.RemoveAt(i);
            }
        }
    }

    private long Resume(in FoundMatch match) =>
        _plan.AfterMatch switch
        {
            AfterMatch.None => match.Start,
            AfterMatch.ToNext => match.Start + 1,
            AfterMatch.ToFirst => StepLink.FindFirst(match.Bound, _plan.ResumeSlot)?.Ordinal ?? match.Start,
            AfterMatch.ToLast => StepLink.Find(match.Bound, _plan.ResumeSlot)?.Ordinal ?? match.Start,
            _ => Math.Max(match.Start, match.Bound?.Ordinal ?? 0) + 1,
        };

    /// <summary>Earlier readings first, one after the other.</summary>
    private sealed class Earliest : IComparer<long[]>
    {
        public static readonly Earliest First = new();

        public int Compare(long[]? x, long[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
