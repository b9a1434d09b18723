using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.World;

/// <summary>What is said to others, and the account at the end.</summary>
public sealed partial class Referee
{
    /// <summary>A fog answers an agent.</summary>
    public void Answers(Host host, Host to, Fog.Letter letter)
    {
        if (!Topics.TryParse(letter.Topic, out _, out var agent, out var kind) || kind != TopicKind.Ack)
        {
            return;
        }

        var ack = AgentJson.ParseAcknowledgement(letter.Payload);
        var held = Of(host).Marks.GetValueOrDefault((agent, ack.Boot, ack.Lane));
        Require(
            ack.UpTo <= held,
            "S5 acknowledged only what is durable",
            () => $"{host.Name} tells {to.Name} that it holds {ack.Lane} up to {ack.UpTo}, and {held} is durable"
        );
    }

    /// <summary>A fog sends a range: all of it must be durable there.</summary>
    public void Sends(Host host, LaneRange range) => Sends(host, range.Epoch, range.Lane, range.To);

    /// <summary>An agent publishes.</summary>
    public void Sends(Host host, HopMessage message)
    {
        if (message.Items > 0 && Topics.TryParse(message.Topic, out _, out _, out var kind, out var lane))
        {
            var range =
                kind == TopicKind.Readings
                    ? Range(host, BatchJson.Parse(message.Payload, host.Clock.Wall, null))
                    : RangeJson.ParseNumbered(message.Payload, host.Name, lane);
            Sends(host, range.Epoch, range.Lane, range.To);
        }
    }

    /// <summary>Everything has had its time: what was promised is applied or declared, and declared only where a disk is gone.</summary>
    public void Settle()
    {
        foreach (var (thing, fate) in _fates.Where(f => f.Value.Promised && !f.Value.Applied))
        {
            var detection = thing.Boot == -1;
            Require(
                fate.DiskGone && (fate.Declared is not null || detection),
                fate.Declared is null ? "L1 everything is applied or declared" : "R7 nothing is dropped unasked",
                () => $"{thing} never came to the cloud ({Describe(fate)})"
            );
            world.Count.Declared++;
        }
    }

    /// <summary>The first few things that have not arrived, for whoever has to find out why.</summary>
    public IEnumerable<string> Missing =>
        _fates.Where(f => f.Value.Promised && !f.Value.Applied).Take(5).Select(f => $"{f.Key}: {Describe(f.Value)}");

    private static string Describe(Fate fate) =>
        $"held by {fate.Holders}, declared {fate.Declared ?? "no"}, disk {(fate.DiskGone ? "gone" : "kept")}";

    private static LaneRange Range(Host host, ReadingBatch batch) =>
        new(host.Name, batch.Boot, Lane.Readings, batch.From!.Value, batch.Readings, batch.Skipped, batch.Mark);

    private void Sends(Host host, long epoch, Lane lane, long upTo)
    {
        var durable = _numbers.TryGetValue((host.Name, epoch, lane), out var list) ? list.Count : 0;
        Require(
            upTo <= durable,
            "R10 durable before it is sent",
            () => $"{host.Name} sends {lane} up to {upTo}, and {durable} is durable"
        );
    }
}
