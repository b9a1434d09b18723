using System.Buffers;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.World;

/// <summary>
/// The cloud: takes ranges as the product's HTTP intake does. It forwards to nobody, but counts as one that does, so that
/// its lanes show what took effect.
/// </summary>
public sealed class CloudHost(WorldRun world, NodeSettings settings)
    : Host(world, settings, new UplinkChoice(Enabled: true, Aggregates: false, AllReadings: true, []))
{
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromSeconds(10);
    private readonly NameTable _names = new();

    /// <summary>A range came; the answer is given once it is durable, or at once where nobody answers.</summary>
    internal void Receive(CloudRequest request, Action<int, byte[]> answer)
    {
        if (!IsUp)
        {
            answer(502, []);
            return;
        }

        Live(
            Life,
            () =>
            {
                var r = request.Range;
                var range = RangeJson.Parse(request.Json, r.Sender, r.Epoch, r.Lane, r.From, r.To, _names);
                var held = Machine!.Look(core => core.Marks.UpTo(range.Sender, range.Epoch, range.Lane));
                Offer(Bent(range, held), outcome => Answer(range, outcome, answer));
            }
        );
    }

    protected override void OnUp() => Later(ForgetEvery, Forget);

    protected override void OnDown() { }

    protected override void OnFrame(Frame frame) { }

    private void Answer(LaneRange range, InputOutcome outcome, Action<int, byte[]> answer)
    {
        if (outcome.Refused)
        {
            answer(503, []);
        }
        else if (World.Options.Mutant == Mutant.CloudTakesGaps && outcome.Gap)
        {
            answer(200, Json(range.To, Epoch));
        }
        else
        {
            World.Count.Gaps += outcome.Gap ? 1 : 0;
            answer(outcome.Gap ? 409 : 200, Json(outcome.UpTo, Epoch));
        }
    }

    internal static byte[] Json(long upTo, long epoch)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteNumber("upTo"u8, upTo);
            writer.WriteNumber("epoch"u8, epoch);
            writer.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private NodeInput Bent(LaneRange range, long held) =>
        World.Options.Mutant == Mutant.CloudTakesTwice && range.Lane == Lane.Readings && range.To <= held
            ? new ReadingsArrived(range.Sender, [.. range.Items.Cast<Reading>().Select(r => r.Numbered(0, 0))], null)
            : new RangeArrived(range);

    /// <summary>Its lanes lead nowhere: what is in them need not stay.</summary>
    private void Forget()
    {
        foreach (var lane in Lanes.All)
        {
            var last = Machine!.Look(core => core.NextItem(lane)) - 1;
            if (last > Machine.Look(core => core.DeliveredUpTo(lane)))
            {
                Offer(new Delivered(lane, last), static _ => { });
            }
        }

        Later(ForgetEvery, Forget);
    }
}
