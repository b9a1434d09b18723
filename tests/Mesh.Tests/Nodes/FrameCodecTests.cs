using CsCheck;
using Mesh.Contracts;
using Mesh.Nodes;
using Xunit;

namespace Mesh.Tests.Nodes;

public sealed class FrameCodecTests
{
    [Fact]
    public void Every_input_and_output_comes_back_exactly() =>
        ArbitraryFrames.Frame.Sample(
            frame =>
            {
                var body = FrameCodec.Encode(frame);
                var back = FrameCodec.Decode(frame.Number, body);
                Assert.Equal(ArbitraryFrames.Text(frame), ArbitraryFrames.Text(back));
                Assert.Equal(frame.Outputs.Any(o => o is Snapshot), FrameCodec.HoldsSnapshot(body));
                Assert.True(FrameCodec.SameOutputs(frame, back));
            },
            iter: 200
        );

    [Fact]
    public void A_turn_that_says_more_than_one_block_holds_is_written_and_read()
    {
        var minutes = new SensorMinutes();
        for (var i = 0; i < 3 * Limits.RangeItems; i++)
        {
            minutes.Add(Some.Reading($"env-{i}", 1, 0));
        }

        var aggregates = new List<Aggregate>();
        minutes.Close(Timestamp.MaxValue, all: true, "fog-1", aggregates);
        var items = aggregates.Select((a, i) => (NodeOutput)new LaneItem(Lane.Aggregates, i + 1, a)).ToList();
        var body = FrameCodec.Encode(new Frame(1, Some.Start, [], items, Some.Start));
        Assert.Equal(
            aggregates.Select(a => a.Device),
            FrameCodec.Decode(1, body).Outputs.Cast<LaneItem>().Select(i => ((Aggregate)i.Event).Device)
        );
    }

    [Fact]
    public void Broken_bodies_are_a_format_error_and_nothing_else() =>
        Gen.Select(ArbitraryFrames.Frame, Gen.Int[0, 100_000], Gen.Byte, Gen.Int[0, 100_000])
            .Sample(
                (frame, at, value, cut) =>
                {
                    var body = FrameCodec.Encode(frame);
                    body[at % body.Length] = value;
                    Survives(cut % 3 == 0 ? body[..(cut % body.Length)] : body);
                },
                iter: 1_500
            );

    [Fact]
    public void Random_bytes_are_a_format_error_and_nothing_else() =>
        Gen.Byte.Array[0, 120].Sample(bytes => Survives([0, .. new byte[16], .. bytes]), iter: 10_000);

    private static void Survives(byte[] body)
    {
        foreach (var read in (Action<byte[]>[])[b => FrameCodec.Decode(1, b), .. Lanes.All.Select(ReaderOf)])
        {
            try
            {
                read(body);
            }
            catch (FormatException)
            {
                // The only way to say no.
            }
        }
    }

    private static Action<byte[]> ReaderOf(Lane lane) =>
        body => FrameCodec.ReadLane(body, lane, new Queue<LaneEntry>());
}
