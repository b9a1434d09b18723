using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.Tests.Nodes;

/// <summary>
/// What arrives at a node, made from a seed: two agents that resend, overlap and lose, a device without numbers, marks,
/// deaths, commands, deliveries, a change of the registry. Made anew each time, for a node may change what it is given.
/// </summary>
internal sealed class Script(int seed)
{
    private readonly Random _random = new(seed);
    private readonly double[] _at = [0, 0, 0];
    private readonly Dictionary<long, Reading>[] _sent =
    [
        [],
        [],
    ];
    private readonly long[] _upTo = [0, 0];

    public static List<NodeInput> Make(int seed, int count)
    {
        var script = new Script(seed);
        var inputs = new List<NodeInput>
        {
            new NodeStarted("t", TimeSpan.Zero, Some.Everything),
            new DevicesChanged(Some.Settings().Devices!),
            new RulesChanged([new NamedText("r.yaml", Some.Rules)]),
        };
        while (inputs.Count < count)
        {
            inputs.Add(script.Next());
        }

        var end = new Mark(Some.At(script._at.Max()), Final: true);
        return [.. inputs, script.Range(0, 0, end), script.Range(1, 0, end), new ReadingsArrived("hand", [], end)];
    }

    private NodeInput Next() =>
        _random.Next(20) switch
        {
            < 12 => Range(_random.Next(2), _random.Next(1, 30), null),
            < 15 => Hand(),
            15 => new SourceChanged($"agent-{_random.Next(2)}", _random.Next(2) == 0),
            16 => new CommandOrdered(
                new Command($"c-{_random.Next(40)}", "of-agent-1", "fan", Value.Of(true), 60_000, null)
            ),
            17 => new ActionFinished($"c-{_random.Next(40)}", "done", null),
            18 => new Delivered((Lane)_random.Next(4), _random.Next(200)),
            _ => new DevicesChanged(
                new NamedText("d.yaml", $"devices: {{of-agent-0: {{labels: {{room: 'r{_random.Next(3)}'}}}}}}")
            ),
        };

    /// <summary>From a little before to a little behind what has been sent.</summary>
    private RangeArrived Range(int agent, int count, Mark? mark)
    {
        var from = Math.Max(1, _upTo[agent] + 1 + (mark is null ? Math.Min(1, _random.Next(-20, 5)) : 0));
        var items = new List<MeshEvent>();
        for (var number = from; number < from + count; number++)
        {
            items.Add(Copy(Item(agent, number)));
        }

        if (from <= _upTo[agent] + 1)
        {
            _upTo[agent] = Math.Max(_upTo[agent], from + count - 1);
        }

        return new RangeArrived(new LaneRange($"agent-{agent}", 5, Lane.Readings, from, items, [], mark));
    }

    private Reading Item(int agent, long number)
    {
        if (!_sent[agent].TryGetValue(number, out var reading))
        {
            _at[agent] += _random.NextDouble() * 9;
            var late = _random.Next(8) == 0 ? _random.Next(200) : 0;
            reading = Some.Reading(
                $"of-agent-{agent}",
                number,
                _at[agent] - late,
                20 + (_random.Next(20) < 12 ? 15 : 0) + _random.Next(5),
                _random.Next(5) == 0 ? "humidity" : "temperature",
                _at[agent]
            );
            _sent[agent].Add(number, reading);
        }

        return reading;
    }

    private ReadingsArrived Hand()
    {
        _at[2] = Math.Max(_at[2], _at.Max() - 30) + _random.Next(20);
        var readings = Enumerable
            .Range(0, _random.Next(1, 4))
            .Select(i => Some.Reading("env-1", 0, _at[2] + i))
            .ToList();
        return new ReadingsArrived("hand", readings, _random.Next(2) == 0 ? new Mark(Some.At(_at[2]), false) : null);
    }

    private static Reading Copy(Reading reading) => reading.Numbered(reading.Boot, reading.Seq);
}
