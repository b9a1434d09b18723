using Mesh.Contracts;

namespace Mesh.Rules.Running.Patterns;

/// <summary>
/// A reading bound by a partial match, and those bound before it. Partial matches that share a beginning share its
/// links; a link never changes.
/// </summary>
internal sealed class StepLink
{
    public StepLink(StepLink? previous, int slot, Reading reading, long ordinal)
    {
        Previous = previous;
        Slot = slot;
        Reading = reading;
        Ordinal = ordinal;
        Length = (previous?.Length ?? 0) + 1;
        Other = previous is not null && previous.Slot == slot ? previous.Other : previous;
    }

    public StepLink? Previous { get; }

    /// <summary>Place of its name among those of the pattern.</summary>
    public int Slot { get; }

    public Reading Reading { get; }

    /// <summary>Place of the reading among those that the key has seen.</summary>
    public long Ordinal { get; }

    /// <summary>How many are bound up to here.</summary>
    public int Length { get; }

    /// <summary>The last one before of another name: the way past a long repetition.</summary>
    private StepLink? Other { get; }

    /// <summary>The last reading of a name; null when it has none.</summary>
    public static StepLink? Find(StepLink? last, int slot)
    {
        while (last is not null && last.Slot != slot)
        {
            last = last.Other;
        }

        return last;
    }

    /// <summary>The first reading of a name; null when it has none.</summary>
    public static StepLink? FindFirst(StepLink? last, int slot)
    {
        StepLink? first = null;
        for (var link = last; link is not null; link = link.Previous)
        {
            first = link.Slot == slot ? link : first;
        }

        return first;
    }

    /// <summary>The time of the first reading bound; null when there is none.</summary>
    public static Timestamp? Begin(StepLink? last)
    {
        while (last?.Previous is { } previous)
        {
            last = previous;
        }

        return last?.Reading.At;
    }

    /// <summary>The ordinals of all readings, the first one first.</summary>
    public static long[] Ordinals(StepLink? last) => Each(last, static l => l.Ordinal);

    /// <summary>The places of the names of all readings, that of the first one first.</summary>
    public static long[] Slots(StepLink? last) => Each(last, static l => l.Slot);

    private static long[] Each(StepLink? last, Func<StepLink, long> of)
    {
        var all = new long[last?.Length ?? 0];
        for (var link = last; link is not null; link = link.Previous)
        {
            all[link.Length - 1] = of(link);
        }

        return all;
    }
}
