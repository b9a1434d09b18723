using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Mesh.Contracts;
using Mesh.Rules;

namespace Mesh.Examples.Code;

/// <summary>
/// Somebody knocks: three to five knocks of nearly even rhythm, then silence for two seconds. How even is a matter of
/// arithmetic over the gaps that the rule language has no words for.
/// </summary>
public sealed class KnockRule : CodeRule
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    public override string Id => "knock";

    public override IReadOnlyList<string> Sensors => ["knock"];

    public override TimeSpan Horizon => TimeSpan.FromMinutes(1);

    public override IObservable<Detection> Build(IObservable<Reading> readings, IScheduler time) =>
        readings
            .GroupBy(knock => knock.Device, StringComparer.Ordinal)
            .SelectMany(door =>
                door.Publish(knocks => knocks.Buffer(() => knocks.Throttle(Silence, time)))
                    .Where(IsRhythmic)
                    .Select(knocks =>
                        Say(
                            DetectionKind.Match,
                            [new KeyPart("device", Value.Of(door.Key))],
                            values: [new("knocks", Value.Of(knocks.Count))],
                            readings: [.. knocks]
                        )
                    )
            );

    private static bool IsRhythmic(IList<Reading> knocks)
    {
        if (knocks.Count is < 3 or > 5)
        {
            return false;
        }

        var gaps = knocks.Zip(knocks.Skip(1), (a, b) => (b.At - a.At).TotalSeconds).ToList();
        return gaps.Max() <= 1.5 * gaps.Min();
    }
}
