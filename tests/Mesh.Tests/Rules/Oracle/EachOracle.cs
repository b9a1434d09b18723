using Mesh.Contracts;

namespace Mesh.Tests.Rules.Oracle;

internal static class EachOracle
{
    public static IEnumerable<Said> Say(Rule rule, Each each, Arrival arrival)
    {
        var sensors = each.Sensors.Concat(rule.Inputs.Select(i => i.Sensor)).ToHashSet();
        foreach (var (key, readings) in arrival.ByKey(rule, sensors))
        {
            var said = new List<Said>();
            for (var i = 0; i < readings.Count; i++)
            {
                var (time, fed) = readings[i];
                var before = readings.Take(i + 1).Select(r => r.Fed).ToList();
                var sight = new ReadingSight(fed, before, new KeySight(rule, readings.Take(i + 1).ToList(), time));
                if (each.Sensors.Contains(fed.Reading.Sensor) && (each.Where?.Judge(sight).IsTrue ?? true))
                {
                    said.Add(
                        new Said(key, "match", time)
                        {
                            Values = [.. rule.Let.Select(l => KeyValuePair.Create(l.Name, l.Term.Judge(sight)))],
                            Bound = $"{fed.Reading.Sensor}: {Bound.Text(fed)}",
                        }
                    );
                }
            }

            foreach (var s in Throttling.Of(rule, said))
            {
                yield return s;
            }
        }
    }
}

/// <summary>One reading being judged: its parts, what the same sensor said before it, and the rule's inputs.</summary>
/// <param name="judged">The reading.</param>
/// <param name="before">The readings of the key up to and including the judged one.</param>
/// <param name="inputs">The rule's inputs, where it may have any.</param>
internal sealed class ReadingSight(Fed judged, IReadOnlyList<Fed> before, KeySight? inputs) : Sight
{
    public override Value Named(string name) =>
        name switch
        {
            "value" => judged.Value,
            "device" => Value.Of(judged.Reading.Device),
            "sensor" => Value.Of(judged.Reading.Sensor),
            "room" => Value.Of(judged.Label("room")),
            _ => inputs?.Named(name) ?? throw new NotSupportedException(name),
        };

    public override long? Age(string name) => inputs!.Age(name);

    public override IReadOnlyList<Value> Newest(string name) => [.. Same().Select(f => f.Value)];

    public override IReadOnlyList<long> NewestAt(string name) => [.. Same().Select(f => f.At)];

    private IEnumerable<Fed> Same() => before.Where(f => f.Reading.Sensor == judged.Reading.Sensor).Reverse();
}

internal static class Bound
{
    public static string Text(Fed fed) => $"{fed.Reading.Device}/{fed.Reading.Seq}";
}

/// <summary>Per key: from the last output, or in slots from the key's first.</summary>
internal static class Throttling
{
    public static IEnumerable<Said> Of(Rule rule, IReadOnlyList<Said> said)
    {
        if (rule.Throttle is not { } throttle)
        {
            return said;
        }

        var kept = new List<Said>();
        var suppressed = 0;
        long? first = null;
        long? last = null;
        var quiet = false;
        foreach (var output in said)
        {
            if (output.Kind == "clear")
            {
                if (!quiet)
                {
                    kept.Add(output);
                }

                continue;
            }

            var open =
                last is null
                || (
                    throttle.Slot
                        ? (output.At - first) / throttle.Every > (last - first) / throttle.Every
                        : output.At - last >= throttle.Every
                );
            quiet = !open;
            if (!open)
            {
                suppressed++;
                continue;
            }

            kept.Add(
                suppressed == 0
                    ? output
                    : output with
                    {
                        Values = [.. output.Values, KeyValuePair.Create("suppressed", Value.Of((double)suppressed))],
                    }
            );
            (first, last, suppressed) = (first ?? output.At, output.At, 0);
        }

        return kept;
    }
}
