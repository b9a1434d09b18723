namespace Mesh.Rules.Running.Patterns;

/// <summary>The links of a key's partial matches, each once and each behind the one before it, for saving.</summary>
internal sealed class LinkTable
{
    private readonly Dictionary<StepLink, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<StepLink> _links = [];

    public LinkTable(ReadOnlySpan<Attempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            for (var head = attempt.First; head is not null; head = head.Next)
            {
                Add(head.Bound);
            }
        }
    }

    /// <summary>From 1; 0 stands for none.</summary>
    public int Number(StepLink? link) => link is null ? 0 : _numbers[link];

    public void Save(StateWriter writer)
    {
        writer.Count(_links.Count);
        foreach (var link in _links)
        {
            writer.Count(Number(link.Previous));
            writer.Count(link.Slot);
            writer.Reading(link.Reading);
            writer.Number(link.Ordinal);
        }
    }

    public static IReadOnlyList<StepLink> Restore(StateReader reader, int slots)
    {
        var links = new List<StepLink>();
        for (var left = reader.Count(); left > 0; left--)
        {
            var previous = reader.Count(links.Count);
            var slot = reader.Count(slots);
            links.Add(
                new StepLink(
                    previous == 0 ? null : links[previous - 1],
                    slot,
                    reader.RequiredReading(),
                    reader.Number()
                )
            );
        }

        return links;
    }

    private void Add(StepLink? last)
    {
        var fresh = new Stack<StepLink>();
        for (var link = last; link is not null && !_numbers.ContainsKey(link); link = link.Previous)
        {
            fresh.Push(link);
        }

        while (fresh.TryPop(out var link))
        {
            _links.Add(link);
            _numbers.Add(link, _links.Count);
        }
    }
}
