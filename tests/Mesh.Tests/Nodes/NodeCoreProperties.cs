using CsCheck;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Blocks;
using Xunit;

namespace Mesh.Tests.Nodes;

/// <summary>What the core promises whatever arrives: see <see cref="Script"/>. A failure names its seed.</summary>
public sealed class NodeCoreProperties
{
    private const int Inputs = 80;
    private static readonly Gen<(int Seed, int Cuts)> s_seeds = Gen.Select(
        Gen.Int[0, 1_000_000],
        Gen.Int[0, 1_000_000]
    );

    [Fact]
    public void Replaying_frames_gives_byte_identical_outputs() =>
        s_seeds.Sample(
            s =>
            {
                var frames = Run(new Turns(), s.Seed, s.Cuts);
                Assert.True(frames.Sum(f => f.Outputs.Count) > 20, "the script brings too little");
                var again = new Turns();
                foreach (var frame in Stored(frames))
                {
                    Assert.Equal(Outputs(frame), Outputs(again.Core.Replay(frame, [])));
                }
            },
            iter: 15
        );

    [Fact]
    public void Going_on_from_a_snapshot_at_any_frame_gives_the_same() =>
        s_seeds.Sample(
            s =>
            {
                var turns = new Turns { Snapshots = true };
                var frames = Stored(Run(turns, s.Seed, s.Cuts));
                for (var at = s.Cuts % 5; at < frames.Count; at += 5)
                {
                    var core = new NodeCore(Some.Settings(), Turns.Epoch);
                    NodeSnapshot.Restore(core, frames[at].Outputs.OfType<Snapshot>().Single());
                    foreach (var frame in frames.Skip(at + 1))
                    {
                        Assert.Equal(Outputs(frame), Outputs(core.Replay(frame, [])));
                    }

                    Assert.Equal(turns.Core.Marks.All, core.Marks.All);
                    Assert.Equal(turns.Core.Commands.All, core.Commands.All);
                    Assert.Equal(Lanes.All.Select(turns.Core.DeliveredUpTo), Lanes.All.Select(core.DeliveredUpTo));
                    Assert.Equal(turns.Core.Counters.Readings, core.Counters.Readings);
                }
            },
            iter: 4
        );

    [Fact]
    public void How_inputs_are_cut_into_turns_makes_no_difference() =>
        s_seeds.Sample(
            s =>
            {
                var one = LaneTexts(Run(new Turns(), s.Seed, s.Cuts));
                var other = LaneTexts(Run(new Turns(), s.Seed, s.Cuts + 1));
                foreach (var lane in Lanes.All)
                {
                    Assert.Equal(one[lane], other[lane]);
                }
            },
            iter: 15
        );

    [Fact]
    public void Every_accepted_reading_is_counted_in_one_aggregate_and_forwarded_once() =>
        s_seeds.Sample(
            s =>
            {
                var turns = new Turns();
                var frames = Run(turns, s.Seed, s.Cuts);
                var minutes = frames
                    .SelectMany(f => f.Outputs)
                    .OfType<LaneItem>()
                    .Select(i => i.Event)
                    .OfType<Aggregate>()
                    .Where(a => a.Device is not null)
                    .ToList();
                var accepted = turns.Core.Counters.Readings - turns.Core.Counters.Duplicates;
                Assert.Equal(accepted, minutes.Sum(m => m.Count));
                Assert.Equal(accepted, turns.Core.NextItem(Lane.Readings) - 1);
                var covered = minutes.SelectMany(m => m.Covers.SelectMany(c => Numbers(m.Device!, c))).ToList();
                Assert.Equal(accepted, covered.Count);
                Assert.Equal(covered.Count, covered.Distinct().Count());
            },
            iter: 15
        );

    private static IEnumerable<(string, long, long)> Numbers(string device, Covered run)
    {
        for (var seq = run.From; seq <= run.To; seq++)
        {
            yield return (device, run.Boot, seq);
        }
    }

    private static List<Frame> Run(Turns turns, int seed, int cuts)
    {
        var random = new Random(cuts);
        var inputs = Script.Make(seed, Inputs);
        for (var i = 0; i < inputs.Count; )
        {
            var count = Math.Min(random.Next(1, 8), inputs.Count - i);
            turns.Turn([.. inputs.Skip(i).Take(count)]);
            i += count;
        }

        return turns.Frames;
    }

    /// <summary>As they come back from a journal.</summary>
    private static List<Frame> Stored(List<Frame> frames) =>
        frames.ConvertAll(f => FrameCodec.Decode(f.Number, FrameCodec.Encode(f)));

    private static string Outputs(Frame frame) =>
        Convert.ToHexString(
            FrameCodec.Encode(frame with { Inputs = [], Outputs = [.. frame.Outputs.Where(o => o is not Snapshot)] })
        );

    private static Dictionary<Lane, List<string>> LaneTexts(List<Frame> frames)
    {
        var texts = Lanes.All.ToDictionary(l => l, _ => new List<string>());
        foreach (var lane in Lanes.All)
        {
            var entries = new Queue<LaneEntry>();
            frames.ForEach(f => FrameCodec.ReadLane(FrameCodec.Encode(f), lane, entries));
            texts[lane]
                .AddRange(entries.Where(e => e.Event is not null).Select(e => $"{e.Item} {Exactly.Text(e.Event)}"));
        }

        return texts;
    }
}

/// <summary>A core and the frames it has made.</summary>
internal sealed class Turns
{
    public const long Epoch = 11;

    public NodeCore Core { get; init; } = new(Some.Settings(), Epoch);

    public List<Frame> Frames { get; } = [];

    /// <summary>Whether every frame holds one.</summary>
    public bool Snapshots { get; init; }

    public Timestamp Now { get; set; } = Some.Start;

    public IReadOnlyList<InputOutcome> Turn(params IReadOnlyList<NodeInput> inputs)
    {
        var outcomes = new List<InputOutcome>();
        Frames.Add(Core.Turn(Frames.Count + 1, inputs, Now, outcomes, Snapshots));
        return outcomes;
    }

    public IEnumerable<T> Said<T>() => Frames.SelectMany(f => f.Outputs).OfType<T>();
}
