using System.Reactive.Linq;
using System.Reactive.Subjects;
using Mesh.Contracts;

namespace Mesh.Benchmarks.Rules;

/// <summary>"Every temperature above 99" written by hand, and with Rx; both recognise repetitions as the host must.</summary>
internal static class FilterLoop
{
    private const double Limit = 99;

    public static List<ReadingId> ByHand(Arrival[] arrivals)
    {
        var (seen, found) = (new Dictionary<string, long>(StringComparer.Ordinal), new List<ReadingId>());
        foreach (ref readonly var arrival in arrivals.AsSpan())
        {
            if (IsNew(seen, arrival.Reading) && IsHot(arrival.Reading))
            {
                found.Add(arrival.Reading.Id);
            }
        }

        return found;
    }

    public static List<ReadingId> WithRx(Arrival[] arrivals)
    {
        var (seen, found) = (new Dictionary<string, long>(StringComparer.Ordinal), new List<ReadingId>());
        using var readings = new Subject<Reading>();
        using var subscription = readings
            .Where(reading => IsNew(seen, reading))
            .Where(IsHot)
            .Subscribe(reading => found.Add(reading.Id));
        foreach (ref readonly var arrival in arrivals.AsSpan())
        {
            readings.OnNext(arrival.Reading);
        }

        return found;
    }

    private static bool IsHot(Reading reading) =>
        string.Equals(reading.Sensor, "temperature", StringComparison.Ordinal)
        && reading.Value is { Kind: ValueKind.Number, Number: > Limit };

    private static bool IsNew(Dictionary<string, long> seen, Reading reading)
    {
        if (seen.GetValueOrDefault(reading.Device) >= reading.Seq)
        {
            return false;
        }

        seen[reading.Device] = reading.Seq;
        return true;
    }
}
