namespace Mesh.Tests.Rules.Oracle;

/// <summary>Row 8: one alarm per silence at its deadline, or one every so often; a clear when the sensor returns.</summary>
internal static class AbsentOracle
{
    public static IEnumerable<Said> Say(Rule rule, Absent absent, Arrival arrival)
    {
        foreach (var (key, readings) in arrival.ByKey(rule, new HashSet<string> { absent.Of.Sensor }))
        {
            var said = new List<Said>();
            var since = rule.By is null ? arrival.Start : readings[0].Time;
            var returns = readings.Where((r, i) => Holds(absent.Of, readings, i)).Select(r => r.Time).ToList();
            foreach (var next in returns.Append(long.MaxValue))
            {
                var end = Math.Min(next, arrival.End);
                var fired = false;
                for (var at = since + absent.For; at <= end && (absent.Always || !fired); at += absent.For)
                {
                    fired = true;
                    said.Add(new Said(key, "fire", at) { Since = since });
                }

                if (fired && next <= arrival.End)
                {
                    said.Add(new Said(key, "clear", next));
                }

                since = next;
            }

            foreach (var s in Throttling.Of(rule, said))
            {
                yield return s;
            }
        }
    }

    public static bool Holds(Source source, IReadOnlyList<Applied> readings, int index) =>
        source.Sensor == readings[index].Fed.Reading.Sensor
        && (
            source.Where is null
            || source
                .Where.Judge(
                    new ReadingSight(readings[index].Fed, [.. readings.Take(index + 1).Select(r => r.Fed)], null)
                )
                .IsTrue
        );
}
