using CsCheck;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Blocks;

namespace Mesh.Tests.Nodes;

/// <summary>Frames with every kind of input and output, ordinary and extreme.</summary>
internal static class ArbitraryFrames
{
    private static readonly Gen<string> s_id = OneOf("agent-1", "fog.2", "a", "温度");

    private static readonly Gen<string> s_text = Gen.OneOf(
        OneOf("", "r\n- x: 'ä'", "😀"),
        Gen.String[Gen.Char['a', 'z'], 0, 2000]
    );

    private static readonly Gen<long> s_number = Gen.OneOf(Gen.Long[1, 300], Gen.Long[1, Limits.Number]);

    private static readonly Gen<Timestamp> s_instant = Gen.OneOf(
        Gen.Long[0, 4_000_000_000_000_000].Select(l => new Timestamp(l)),
        OneOf(Timestamp.MinValue, Timestamp.MaxValue)
    );

    private static readonly Gen<Mark?> s_mark = Gen.Select(
        Gen.Bool,
        Gen.Bool,
        s_instant,
        (none, final, at) => none ? (Mark?)null : new Mark(at, final)
    );

    private static readonly Gen<NamedText> s_file = Gen.Select(s_id, s_text, (n, t) => new NamedText(n, t));

    private static readonly Gen<UplinkChoice> s_uplink = Gen.Select(
        Gen.Bool,
        Gen.Bool,
        Gen.Bool,
        s_id.Array[0, 3],
        (e, a, r, s) => new UplinkChoice(e, a, r, s)
    );

    // What a command on the wire can carry: instants and durations are texts there.
    private static readonly Gen<Value> s_value = Gen.OneOf(
        Gen.Const(Value.Unknown),
        Gen.Bool.Select(Value.Of),
        Gen.Int.Select(i => Value.Of(i / 8.0)),
        s_id.Select(Value.Of)
    );

    private static readonly Gen<Command> s_command = Gen.Select(
        s_id,
        s_value,
        Gen.Long[0, Limits.Number],
        Gen.Bool,
        (id, v, ms, caused) => new Command(id, "lock-1", "lock", v, ms, caused ? "d1" : null)
    );

    private static readonly Gen<KeyValuePair<string, string>[]> s_key = Gen.Select(s_id, s_text)
        .Select((n, t) => KeyValuePair.Create(n, t))
        .Array[0, 3];

    private static readonly Gen<SinkAction> s_sinkAction = Gen.Select(
        Gen.Enum<SinkKind>(),
        s_id,
        s_text,
        Gen.Enum<Severity>(),
        s_instant,
        s_key,
        (kind, id, text, severity, at, headers) =>
            new SinkAction
            {
                Id = id,
                Kind = kind,
                Target = id,
                Payload = text,
                Title = id,
                Headers = headers,
                Severity = severity,
                Rule = id,
                At = at,
                Queued = at,
                Expires = at,
            }
    );

    private static readonly Gen<DeadLetter> s_letter = Gen.Select(
        s_sinkAction,
        s_command,
        s_text,
        Gen.Bool,
        (a, c, t, isCommand) =>
            isCommand
                ? new DeadLetter(c.Id, "command", a.At, t, null, c)
                : new DeadLetter(a.Id, a.Sink, a.At, t, a, null)
    );

    private static readonly Gen<MaintenanceWindow> s_window = Gen.Select(
        s_id,
        s_key,
        s_instant,
        Gen.Bool,
        Gen.Int[0, 1440],
        (n, k, t, once, m) =>
            new MaintenanceWindow
            {
                Name = n,
                Rules = [n],
                Key = k,
                From = once ? t : null,
                Until = once ? t : null,
                Days = m & 127,
                Start = m,
                End = 1440 - m,
                Zone = "Europe/Berlin",
            }
    );

    private static readonly Gen<IReadOnlyList<Skipped>> s_skipped = Gen.Select(Gen.Int[0, 3], s_text)
        .Select(
            (count, reason) =>
                (IReadOnlyList<Skipped>)
                    [.. Enumerable.Range(0, count).Select(i => new Skipped((i * 10) + 1, (i * 10) + 5, reason))]
        );

    private static readonly Gen<NodeInput> s_range = Gen.Select(
        Gen.Select(s_id, s_number, s_number, s_mark, s_skipped),
        Gen.Enum<Lane>(),
        Arbitrary.Reading.Array[0, 20],
        Gen.OneOf(Arbitrary.Detection, Arbitrary.Aggregate).Array[0, 5],
        (who, lane, readings, events) =>
            (NodeInput)
                new RangeArrived(
                    new LaneRange(
                        who.Item1,
                        who.Item2,
                        lane,
                        who.Item3,
                        lane == Lane.Readings ? readings : events,
                        who.Item5,
                        who.Item4
                    )
                )
    );

    private static readonly Gen<NodeInput> s_input = Gen.OneOf(
        s_range,
        Gen.Select(s_id, Arbitrary.Reading.Array[0, 20], s_mark, (s, r, m) => (NodeInput)new ReadingsArrived(s, r, m)),
        Gen.Select(s_id, Gen.Bool, (s, a) => (NodeInput)new SourceChanged(s, a)),
        s_file.Array[0, 3].Select(f => (NodeInput)new RulesChanged(f)),
        s_file.Select(f => (NodeInput)new DevicesChanged(f)),
        Gen.Select(s_id, Gen.Long, s_uplink, (v, t, u) => (NodeInput)new NodeStarted(v, new TimeSpan(t), u)),
        Gen.Select(Gen.Enum<Lane>(), s_number, (l, n) => (NodeInput)new Delivered(l, n)),
        s_command.Select(c => (NodeInput)new CommandOrdered(c)),
        Gen.Select(s_id, s_text, (i, d) => (NodeInput)new ActionFinished(i, "done", d.Length == 0 ? null : d)),
        Gen.Select(s_id, s_number, s_letter.Array[0, 3], (s, n, d) => (NodeInput)new SinkAdvanced(s, n, n + 1, d)),
        Gen.Select(s_id, Gen.Bool, (i, r) => (NodeInput)new DeadLetterTaken(i, r)),
        Gen.Select(
            s_id,
            s_key,
            s_instant,
            (i, k, t) => (NodeInput)new SilenceAdded(new Silence(i, "r*", k, "why", t, t), TimeSpan.FromHours(2))
        ),
        s_id.Select(i => (NodeInput)new SilenceRemoved(i)),
        s_window.Array[0, 3].Select(w => (NodeInput)new MaintenanceChanged(w)),
        s_text.Array[0, 3].Select(p => (NodeInput)new RulesRejected(p, p.Length + 5)),
        Gen.Select(s_id, s_text, s_number, (i, t, n) => (NodeInput)new MessageSetAside(i, t, t, n, t)),
        Gen.Select(Gen.Long, Gen.Long, (f, t) => (NodeInput)new ClockSet(new(new(f), new(t)))),
        Gen.Const((NodeInput)new ClockPassed())
    );

    private static readonly Gen<NodeOutput> s_action = Gen.OneOf(
        Gen.Select(
            s_command,
            s_instant,
            s_id,
            Gen.Bool,
            (c, e, a, n) => (NodeOutput)new CommandSent(c, e, n ? null : a)
        ),
        Gen.Select(s_sinkAction, s_number, (a, n) => (NodeOutput)new ActionQueued(a.Sink, n, a))
    );

    private static readonly Gen<Snapshot> s_snapshot = Gen.Select(
        Gen.Byte.Array[0, 300],
        Gen.Select(s_id, s_number, Gen.Byte.Array[0, 50], (r, n, s) => new RuleCheckpoint(r, n, s)).Array[0, 3],
        (core, rules) => new Snapshot(core, rules)
    );

    public static readonly Gen<Frame> Frame = Gen.Select(
        Gen.Select(s_instant, s_instant, s_input.Array[0, 5]),
        Gen.OneOf(Arbitrary.Detection, Arbitrary.Aggregate).Array[0, 8],
        Gen.Select(s_number, Gen.Int[0, 9].Array[0, 4]),
        s_action.Array[0, 3],
        Gen.Select(s_snapshot, Gen.Bool),
        Build
    );

    /// <summary>All of a frame as text, byte arrays and marks included.</summary>
    public static string Text(Frame frame) =>
        Exactly.Text(
            new object[]
            {
                frame.Time,
                frame.Clock,
                frame.Inputs.Select(i => i.GetType().Name),
                frame.Inputs,
                frame.Outputs.Select(o => o.GetType().Name),
                frame.Outputs.Where(o => o is not Snapshot),
                frame.Outputs.OfType<Snapshot>().Select(s => Convert.ToHexString(s.Core.Span)),
                frame
                    .Outputs.OfType<Snapshot>()
                    .SelectMany(s => s.Rules)
                    .Select(r => $"{r.Rule} {r.Frame} {Convert.ToHexString(r.State.Span)}"),
            }
        );

    private static Frame Build(
        (Timestamp Time, Timestamp Clock, NodeInput[] Inputs) head,
        MeshEvent[] events,
        (long From, int[] Steps) forwarded,
        NodeOutput[] actions,
        (Snapshot Snapshot, bool With) last
    )
    {
        var outputs = new List<NodeOutput>();
        foreach (var lane in events.GroupBy(Lanes.Of).OrderBy(g => g.Key))
        {
            outputs.AddRange(lane.Select((e, i) => new LaneItem(lane.Key, forwarded.From + i, e)));
        }

        if (forwarded.Steps.Length > 0)
        {
            var place = -1;
            outputs.Add(new ReadingsForwarded(forwarded.From, [.. forwarded.Steps.Select(s => place += s + 1)]));
        }

        outputs.AddRange(actions);
        if (last.With)
        {
            outputs.Add(last.Snapshot);
        }

        return new Frame(1, head.Time, head.Inputs, outputs, head.Clock);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
