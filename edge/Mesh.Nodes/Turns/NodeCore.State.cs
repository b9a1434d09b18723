using Mesh.Contracts;

namespace Mesh.Nodes;

// The state of a node as a snapshot keeps it, and what a replay must come to.
public sealed partial class NodeCore
{
    /// <summary>Numbers below these have been given, whatever frames are missing: a number is never given twice.</summary>
    internal void AlignWith(IReadOnlyList<long> laneNext)
    {
        foreach (var lane in Lanes.All)
        {
            _next[(int)lane] = Math.Max(_next[(int)lane], laneNext[(int)lane]);
        }
    }

    /// <summary>
    /// What a frame holds stands, even where replaying it gives something else: item numbers it used are never used again.
    /// </summary>
    internal void AlignWith(Frame recorded)
    {
        foreach (var output in recorded.Outputs)
        {
            var (lane, next) = output switch
            {
                LaneItem item => (item.Lane, item.Item + 1),
                ReadingsForwarded readings => (Lane.Readings, readings.From + readings.Places.Count),
                _ => (Lane.Readings, 0L),
            };
            if (output is ActionQueued queued)
            {
                Sinks.AlignWith(queued.Sink, queued.Number, recorded.Number);
            }

            _next[(int)lane] = Math.Max(_next[(int)lane], next);
        }
    }

    internal void Save(BinaryWriter writer)
    {
        NodeSnapshot.WriteUplink(writer, Uplink);
        NodeSnapshot.WriteFiles(writer, DevicesFile is null ? [] : [DevicesFile]);
        NodeSnapshot.WriteFiles(writer, RuleTexts);
        _marks.Save(writer);
        _commands.Save(writer);
        _minutes.Save(writer);
        NodeSnapshot.WriteMap(writer, _agents, static (w, v) => w.Write(v));
        NodeSnapshot.WriteMap(writer, _unnumbered, static (w, v) => w.Write(v));
        foreach (var lane in Lanes.All)
        {
            writer.Write(_next[(int)lane]);
            writer.Write(_delivered[(int)lane]);
        }

        NodeSnapshot.WriteMark(writer, NewestMark);
        _deliveredTimes.Save(writer);
        _ages.Save(writer);
        Losses.Save(writer);
        Refused.Save(writer);
        Sinks.Save(writer);
        DeadLetters.Save(writer);
        SetAside.Save(writer);
        Silences.Save(writer);
        Tuples.Save(writer);
        Displaced.Save(writer);
        Counters.Save(writer);
        _engine.SaveCore(writer);
    }

    internal void Restore(BinaryReader reader)
    {
        Uplink = NodeSnapshot.ReadUplink(reader);
        foreach (var file in NodeSnapshot.ReadFiles(reader))
        {
            Take(new DevicesChanged(file), default);
        }

        Take(new RulesChanged(NodeSnapshot.ReadFiles(reader)), default);
        _marks.Restore(reader);
        _commands.Restore(reader);
        _minutes.Restore(reader);
        NodeSnapshot.ReadMap(reader, _agents, static r => r.ReadString());
        NodeSnapshot.ReadMap(reader, _unnumbered, static r => r.ReadInt64());
        foreach (var lane in Lanes.All)
        {
            _next[(int)lane] = reader.ReadInt64();
            _delivered[(int)lane] = reader.ReadInt64();
        }

        NewestMark = NodeSnapshot.ReadMark(reader);
        _deliveredTimes.Restore(reader);
        _ages.Restore(reader);
        Losses.Restore(reader);
        Refused.Restore(reader);
        Sinks.Restore(reader);
        DeadLetters.Restore(reader);
        SetAside.Restore(reader);
        Silences.Restore(reader);
        Tuples.Restore(reader);
        Displaced.Restore(reader);
        Counters.Restore(reader);
        _engine.RestoreCore(reader);
        _ruleOutputs.Clear();
        _engine.DrainOutputs(_ruleOutputs);
        _aside.Clear();
        _engine.DrainAside(_aside);
    }
}
