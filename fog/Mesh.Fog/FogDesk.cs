using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.Fog;

/// <summary>A message for an agent.</summary>
/// <param name="Topic">Where it is published, with QoS 1.</param>
/// <param name="Payload">Its JSON.</param>
public sealed record Letter(string Topic, byte[] Payload);

/// <summary>A message of an agent, understood.</summary>
/// <param name="Site">The agent's site, from the topic.</param>
/// <param name="Agent">The agent, from the topic.</param>
/// <param name="Boot">The numbering that it speaks of; 0 where it speaks of none.</param>
/// <param name="Input">What it says to the node.</param>
public sealed record Heard(string Site, string Agent, long Boot, NodeInput Input)
{
    /// <summary>The number of a birth, which its answers repeat.</summary>
    public long? Hello { get; init; }

    /// <summary>Whether it is a birth, which is answered with a greeting.</summary>
    public bool IsBirth => Input is SourceChanged { Alive: true };
}

/// <summary>
/// What a fog does with the messages of its agents, and nothing of how they come and go: no socket, no thread, no
/// waiting. The embedded broker, the client of an external one and the simulator all ask the same desk.
/// </summary>
/// <remarks>
/// <code>
///   message ─▶ Hear ─▶ Heard.Input ─▶ the node's turn, durable ─▶ Answer ─▶ letters to publish
///   birth ───▶ Hear ─▶ Greet ───────▶ the node's turn, durable ──────────▶ letters to publish
///                                     frame, durable ───────────▶ Orders ─▶ letters to publish
/// </code>
/// The caller keeps the order, so that no acknowledgement says more than the disk holds: an answer is asked for only after
/// the input is durable; a greeting before the birth is given to the node, and published after it is durable.
/// </remarks>
/// <param name="site">The fog's site: where commands go.</param>
/// <param name="epoch">The incarnation of the fog's journal.</param>
public sealed class FogDesk(string site, long epoch)
{
    /// <summary>Reads a message; null when its topic is not one on which agents speak.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="payload">Its bytes.</param>
    /// <param name="now">The wall clock, for readings without a time.</param>
    /// <param name="names">Spares a string per name; used by one thread at a time.</param>
    /// <exception cref="WireException">It is not understood; the message says why.</exception>
    public static Heard? Hear(string topic, ReadOnlySpan<byte> payload, Timestamp now, NameTable names)
    {
        if (!Topics.TryParse(topic, out var site, out var agent, out var kind, out var lane))
        {
            return null;
        }

        switch (kind)
        {
            case TopicKind.Readings:
                var batch = BatchJson.Parse(payload, now, names);
                return new Heard(site, agent, batch.Boot, Arrived(agent, batch));
            case TopicKind.Lane:
                var range = RangeJson.ParseNumbered(payload, agent, lane, names);
                return new Heard(site, agent, range.Epoch, new RangeArrived(range));
            case TopicKind.State:
                var state = AgentJson.ParseState(payload);
                return new Heard(site, agent, state.Boot, new SourceChanged(agent, state.Online))
                {
                    Hello = state.Hello,
                };
            case TopicKind.Result:
                var result = AgentJson.ParseResult(payload);
                return new Heard(site, agent, 0, new ActionFinished(result.Id, result.Outcome, result.Detail));
            default:
                return null;
        }
    }

    /// <summary>The answer to items that are durable, or were refused because something before them is missing.</summary>
    public Letter? Answer(Heard heard, InputOutcome outcome) =>
        heard.Input switch
        {
            RangeArrived { Range: var range } => Acknowledge(
                heard,
                new(heard.Boot, outcome.UpTo, epoch, outcome.Gap)
                {
                    Lane = range.Lane,
                    Mark = outcome.Gap ? null : range.Mark,
                }
            ),
            ReadingsArrived arrived => Acknowledge(
                heard,
                new(
                    heard.Boot,
                    arrived.Readings.Where(r => r.Boot == heard.Boot).Select(r => r.Seq).DefaultIfEmpty().Max(),
                    epoch
                )
            ),
            _ => null,
        };

    /// <summary>Answers a birth with what is held of its numbering, lane by lane, and with the commands that wait for the agent.</summary>
    public IReadOnlyList<Letter> Greet(Heard birth, NodeCore core, Timestamp now)
    {
        var letters = new List<Letter>();
        foreach (var lane in birth.Hello is null ? [Lane.Readings] : Lanes.All)
        {
            var upTo = core.Marks.UpTo(birth.Agent, birth.Boot, lane);
            letters.Add(Acknowledge(birth, new(birth.Boot, upTo, epoch) { Lane = lane, Hello = birth.Hello }));
        }

        foreach (var command in core.Commands.All.Where(c => c.Agent == birth.Agent))
        {
            Add(letters, birth.Agent, command.Command, command.Expires, now);
        }

        return letters;
    }

    /// <summary>What a durable frame says to agents.</summary>
    public IReadOnlyList<Letter> Orders(Frame frame, Timestamp now)
    {
        List<Letter>? letters = null;
        foreach (var output in frame.Outputs)
        {
            if (output is CommandSent { Agent: { } agent } sent)
            {
                Add(letters ??= [], agent, sent.Command, sent.Expires, now);
            }
        }

        return letters ?? (IReadOnlyList<Letter>)[];
    }

    /// <summary>An expired command is not sent at all.</summary>
    private void Add(List<Letter> letters, string agent, Command command, Timestamp expires, Timestamp now)
    {
        if (expires > now)
        {
            var remaining = command with { ExpiresMs = (long)(expires - now).TotalMilliseconds };
            letters.Add(new(Topics.Of(site, agent, TopicKind.Command), AgentJson.Write(remaining)));
        }
    }

    private static Letter Acknowledge(Heard heard, Acknowledgement ack) =>
        new(Topics.Of(heard.Site, heard.Agent, TopicKind.Ack), AgentJson.Write(ack));

    private static NodeInput Arrived(string agent, ReadingBatch batch) =>
        batch.From is { } from
            ? new RangeArrived(
                Numbered(new(agent, batch.Boot, Lane.Readings, from, batch.Readings, batch.Skipped, batch.Mark))
            )
            : new ReadingsArrived(agent, batch.Readings, batch.Mark);

    /// <summary>An agent that numbers its items but not its readings: the item's number is the reading's as well.</summary>
    private static LaneRange Numbered(LaneRange range)
    {
        if (range.Items.All(i => ((Reading)i).Seq != 0))
        {
            return range;
        }

        var items = new List<MeshEvent>(range.Items.Count);
        var number = range.From;
        foreach (var reading in range.Items.Cast<Reading>())
        {
            while (range.Skipped.FirstOrDefault(s => s.From <= number && number <= s.To) is { } gone)
            {
                number = gone.To + 1;
            }

            items.Add(reading.Seq != 0 ? reading : reading.Numbered(range.Epoch, number));
            number++;
        }

        return range with
        {
            Items = items,
        };
    }
}
