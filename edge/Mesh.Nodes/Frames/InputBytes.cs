using Mesh.Contracts;
using Mesh.Contracts.Blocks;
using Mesh.Rules;

namespace Mesh.Nodes;

/// <summary>The inputs of a frame as bytes; the kinds are numbers that never change their meaning.</summary>
internal static class InputBytes
{
    private enum Kind : byte
    {
        Range = 1,
        Readings = 2,
        Source = 3,
        Rules = 4,
        Devices = 5,
        Started = 6,
        Delivered = 7,
        Command = 8,
        Finished = 9,
        SinkAdvanced = 20,
        LetterTaken = 21,
        SilenceAdded = 22,
        SilenceRemoved = 23,
        Maintenance = 24,
        RulesRejected = 25,
        ItemRefused = 30,
        ItemsDropped = 40,
        ItemsCarried = 41,
        ClockSet = 50,
        ClockPassed = 51,
        SetAside = 52,
    }

    /// <summary>The kind of <see cref="ItemsCarried"/>, for those who look for nothing else.</summary>
    public const byte CarriedKind = (byte)Kind.ItemsCarried;

    public static bool MayMark(byte kind) => (Kind)kind is Kind.Range or Kind.Readings;

    public static void Write(FrameWriter frame, NodeInput input)
    {
        switch (input)
        {
            case RangeArrived(var range):
                frame.Section((byte)Kind.Range, writer => Write(writer, range));
                break;
            case ReadingsArrived(var source, var readings, var mark):
                frame.Section(
                    (byte)Kind.Readings,
                    writer =>
                    {
                        writer.Text(source);
                        Write(writer, mark);
                        ReadingBlock.Write(writer.Buffer, readings);
                    }
                );
                break;
            case SourceChanged(var source, var alive):
                frame.Section(
                    (byte)Kind.Source,
                    writer =>
                    {
                        writer.Text(source);
                        writer.Byte(alive ? (byte)1 : (byte)0);
                    }
                );
                break;
            case RulesChanged(var files):
                frame.Section(
                    (byte)Kind.Rules,
                    writer =>
                    {
                        writer.Number(files.Count);
                        foreach (var file in files)
                        {
                            Write(writer, file);
                        }
                    }
                );
                break;
            case DevicesChanged(var file):
                frame.Section((byte)Kind.Devices, writer => Write(writer, file));
                break;
            case NodeStarted started:
                frame.Section((byte)Kind.Started, writer => Write(writer, started));
                break;
            case Delivered delivered:
                frame.Section((byte)Kind.Delivered, writer => Write(writer, delivered));
                break;
            case ItemRefused(var lane, var number, var reason, var json):
                frame.Section(
                    (byte)Kind.ItemRefused,
                    writer =>
                    {
                        writer.Byte((byte)lane);
                        writer.Number(number);
                        writer.Text(reason);
                        writer.Text(json);
                    }
                );
                break;
            case CommandOrdered(var command):
                frame.Section((byte)Kind.Command, writer => writer.Bytes(AgentJson.Write(command)));
                break;
            case ActionFinished(var id, var outcome, var detail):
                frame.Section(
                    (byte)Kind.Finished,
                    writer =>
                    {
                        writer.Text(id);
                        writer.Text(outcome);
                        writer.Text(detail);
                    }
                );
                break;
            case SinkAdvanced(var sink, var upTo, var number, var dead):
                frame.Section(
                    (byte)Kind.SinkAdvanced,
                    writer =>
                    {
                        writer.Text(sink);
                        writer.Number(upTo);
                        writer.Number(number);
                        writer.Number(dead.Count);
                        foreach (var letter in dead)
                        {
                            SinkBytes.Write(writer, letter);
                        }
                    }
                );
                break;
            case DeadLetterTaken(var letter, var retry):
                frame.Section(
                    (byte)Kind.LetterTaken,
                    writer =>
                    {
                        writer.Text(letter);
                        writer.Byte(retry ? (byte)1 : (byte)0);
                    }
                );
                break;
            case SilenceAdded(var silence, var span):
                frame.Section(
                    (byte)Kind.SilenceAdded,
                    writer =>
                    {
                        SilenceBytes.Write(writer, silence);
                        writer.Long(span.Ticks);
                    }
                );
                break;
            case SilenceRemoved(var id):
                frame.Section((byte)Kind.SilenceRemoved, writer => writer.Text(id));
                break;
            case MaintenanceChanged(var windows):
                frame.Section((byte)Kind.Maintenance, writer => SilenceBytes.Write(writer, windows));
                break;
            case ClockSet(var (from, to)):
                frame.Section(
                    (byte)Kind.ClockSet,
                    writer =>
                    {
                        writer.Long(from.Micros);
                        writer.Long(to.Micros);
                    }
                );
                break;
            case ClockPassed:
                frame.Section((byte)Kind.ClockPassed, static _ => { });
                break;
            case RulesRejected(var problems, var count):
                frame.Section(
                    (byte)Kind.RulesRejected,
                    writer =>
                    {
                        writer.Number(count);
                        writer.Number(problems.Count);
                        foreach (var problem in problems)
                        {
                            writer.Text(problem);
                        }
                    }
                );
                break;
            case ItemsDropped(var lane, var from, var to):
                frame.Section(
                    (byte)Kind.ItemsDropped,
                    writer =>
                    {
                        writer.Byte((byte)lane);
                        writer.Number(from);
                        writer.Number(to);
                    }
                );
                break;
            case ItemsCarried carried:
                frame.Section(CarriedKind, writer => CarriedBytes.Write(writer, carried));
                break;
            case MessageSetAside(var sender, var topic, var reason, var bytes, var start):
                frame.Section(
                    (byte)Kind.SetAside,
                    writer =>
                    {
                        writer.Text(sender);
                        writer.Text(topic);
                        writer.Text(reason);
                        writer.Number(bytes);
                        writer.Text(start);
                    }
                );
                break;
            default:
                throw new InvalidOperationException($"no bytes are known for {input.GetType().Name}");
        }
    }

    public static NodeInput Read(byte kind, ReadOnlySpan<byte> content)
    {
        var reader = new FrameReader(content);
        switch ((Kind)kind)
        {
            case Kind.Range:
                return new RangeArrived(ReadRange(ref reader));
            case Kind.Readings:
                var source = reader.Text();
                var mark = ReadMark(ref reader);
                return new ReadingsArrived(source, reader.Readings(), mark);
            case Kind.Source:
                return new SourceChanged(reader.Text(), reader.Byte() != 0);
            case Kind.Rules:
                var files = new NamedText[reader.Count(reader.Number())];
                for (var i = 0; i < files.Length; i++)
                {
                    files[i] = new NamedText(reader.Text(), reader.Text());
                }

                return new RulesChanged(files);
            case Kind.Devices:
                return new DevicesChanged(new NamedText(reader.Text(), reader.Text()));
            case Kind.Started:
                return ReadStarted(ref reader);
            case Kind.Delivered:
                return ReadDelivered(ref reader);
            case Kind.ItemRefused:
                return new ItemRefused(ReadLane(ref reader), reader.Number(), reader.Text(), reader.Text());
            case Kind.Command:
                return new CommandOrdered(AgentJson.ParseCommand(reader.Bytes()));
            case Kind.Finished:
                var (id, outcome, detail) = (reader.Text(), reader.Text(), reader.Text());
                return new ActionFinished(id, outcome, detail.Length == 0 ? null : detail);
            case Kind.SinkAdvanced:
                var (sink, done, at) = (reader.Text(), reader.Number(), reader.Number());
                var dead = new DeadLetter[reader.Count(reader.Number())];
                for (var i = 0; i < dead.Length; i++)
                {
                    dead[i] = SinkBytes.ReadLetter(ref reader);
                }

                return new SinkAdvanced(sink, done, at, dead);
            case Kind.LetterTaken:
                return new DeadLetterTaken(reader.Text(), reader.Byte() != 0);
            case Kind.SilenceAdded:
                return new SilenceAdded(SilenceBytes.Read(ref reader), new TimeSpan(reader.Long()));
            case Kind.SilenceRemoved:
                return new SilenceRemoved(reader.Text());
            case Kind.Maintenance:
                return new MaintenanceChanged(SilenceBytes.ReadWindows(ref reader));
            case Kind.RulesRejected:
                var count = (int)reader.Number();
                var problems = new string[reader.Count(reader.Number())];
                for (var i = 0; i < problems.Length; i++)
                {
                    problems[i] = reader.Text();
                }

                return new RulesRejected(problems, count);
            case Kind.ItemsDropped:
                return new ItemsDropped(ReadLane(ref reader), reader.Number(), reader.Number());
            case Kind.ItemsCarried:
                return CarriedBytes.Read(ref reader, ReadLane(ref reader));
            case Kind.SetAside:
                return new MessageSetAside(reader.Text(), reader.Text(), reader.Text(), reader.Number(), reader.Text());
            case Kind.ClockSet:
                return new ClockSet(new ClockStep(new Timestamp(reader.Long()), new Timestamp(reader.Long())));
            case Kind.ClockPassed:
                return new ClockPassed();
            default:
                throw new FormatException($"a frame holds an input of unknown kind {kind}");
        }
    }

    private static void Write(FrameWriter writer, LaneRange range)
    {
        writer.Text(range.Sender);
        writer.Number(range.Epoch);
        writer.Byte((byte)range.Lane);
        writer.Number(range.From);
        writer.Number(range.Skipped.Count);
        foreach (var (from, to, reason) in range.Skipped)
        {
            writer.Number(from);
            writer.Number(to);
            writer.Text(reason);
        }

        Write(writer, range.Mark);
        if (range.Lane == Lane.Readings)
        {
            ReadingBlock.Write(writer.Buffer, range.Items.Cast<Reading>().ToList());
        }
        else
        {
            EventBlock.Write(writer.Buffer, range.Items);
        }
    }

    private static LaneRange ReadRange(ref FrameReader reader)
    {
        var (sender, epoch, lane, from) = (reader.Text(), reader.Number(), ReadLane(ref reader), reader.Number());
        var skipped = new Skipped[reader.Count(reader.Number())];
        for (var i = 0; i < skipped.Length; i++)
        {
            skipped[i] = new Skipped(reader.Number(), reader.Number(), reader.Text());
        }

        var mark = ReadMark(ref reader);
        IReadOnlyList<MeshEvent> items = lane == Lane.Readings ? reader.Readings() : reader.Events();
        return new LaneRange(sender, epoch, lane, from, items, skipped, mark);
    }

    /// <summary>What was skipped follows where there is any; frames of before that have nothing there.</summary>
    private static void Write(FrameWriter writer, Delivered delivered)
    {
        writer.Byte((byte)delivered.Lane);
        writer.Number(delivered.UpTo);
        foreach (var ((from, to, reason), rule) in delivered.Skipped)
        {
            writer.Number(from);
            writer.Number(to);
            writer.Text(reason);
            writer.Text(rule);
        }
    }

    private static Delivered ReadDelivered(ref FrameReader reader)
    {
        var (lane, upTo) = (ReadLane(ref reader), reader.Number());
        var skipped = new List<ItemsSkipped>();
        while (!reader.AtEnd)
        {
            var numbers = new Skipped(reader.Number(), reader.Number(), reader.Text());
            var rule = reader.Text();
            skipped.Add(new ItemsSkipped(numbers, rule.Length == 0 ? null : rule));
        }

        return new Delivered(lane, upTo) { Skipped = skipped };
    }

    private static Lane ReadLane(ref FrameReader reader)
    {
        var lane = reader.Byte();
        return lane < Lanes.Count
            ? (Lane)lane
            : throw new FormatException($"a frame names a lane of unknown kind {lane}");
    }

    private static void Write(FrameWriter writer, Mark? mark)
    {
        writer.Byte(
            (byte)(
                mark is null ? 0
                : mark.Value.Final ? 2
                : 1
            )
        );
        if (mark is { } reached)
        {
            writer.Long(reached.Time.Micros);
        }
    }

    private static Mark? ReadMark(ref FrameReader reader)
    {
        var flag = reader.Byte();
        return flag == 0 ? null : new Mark(new Timestamp(reader.Long()), flag == 2);
    }

    private static void Write(FrameWriter writer, NamedText file)
    {
        writer.Text(file.Name);
        writer.Text(file.Text);
    }

    private static void Write(FrameWriter writer, NodeStarted started)
    {
        writer.Text(started.Version);
        writer.Long(started.Down.Ticks);
        var uplink = started.Uplink;
        writer.Byte((byte)((uplink.Enabled ? 1 : 0) | (uplink.Aggregates ? 2 : 0) | (uplink.AllReadings ? 4 : 0)));
        writer.Number(uplink.Sensors.Count);
        foreach (var sensor in uplink.Sensors)
        {
            writer.Text(sensor);
        }
    }

    private static NodeStarted ReadStarted(ref FrameReader reader)
    {
        var (version, down, flags) = (reader.Text(), new TimeSpan(reader.Long()), reader.Byte());
        var sensors = new string[reader.Count(reader.Number())];
        for (var i = 0; i < sensors.Length; i++)
        {
            sensors[i] = reader.Text();
        }

        return new NodeStarted(
            version,
            down,
            new UplinkChoice((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, sensors)
        );
    }
}
