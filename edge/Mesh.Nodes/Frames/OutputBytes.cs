using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>The outputs of a frame that are no lane items, as bytes.</summary>
internal static class OutputBytes
{
    private enum Kind : byte
    {
        Command = 1,
        Snapshot = 3,
        Action = 4,
    }

    /// <summary>The kind of <see cref="ActionQueued"/>, for those who look for nothing else.</summary>
    public const byte ActionKind = (byte)Kind.Action;

    public static void Write(FrameWriter frame, NodeOutput output)
    {
        switch (output)
        {
            case CommandSent(var command, var expires, var agent):
                frame.Section(
                    (byte)Kind.Command,
                    writer =>
                    {
                        writer.Bytes(AgentJson.Write(command));
                        writer.Long(expires.Micros);
                        writer.Text(agent);
                    }
                );
                break;
            case ActionQueued(var sink, var number, var action):
                frame.Section(
                    ActionKind,
                    writer =>
                    {
                        writer.Text(sink);
                        writer.Number(number);
                        SinkBytes.Write(writer, action);
                    }
                );
                break;
            case Snapshot(var core, var rules):
                frame.Section(
                    (byte)Kind.Snapshot,
                    writer =>
                    {
                        writer.Bytes(core.Span);
                        writer.Number(rules.Count);
                        foreach (var (rule, number, state) in rules)
                        {
                            writer.Text(rule);
                            writer.Number(number);
                            writer.Bytes(state.Span);
                        }
                    }
                );
                break;
        }
    }

    public static NodeOutput Read(byte kind, ReadOnlySpan<byte> content)
    {
        var reader = new FrameReader(content);
        switch ((Kind)kind)
        {
            case Kind.Command:
                var command = AgentJson.ParseCommand(reader.Bytes());
                var expires = new Timestamp(reader.Long());
                var agent = reader.Text();
                return new CommandSent(command, expires, agent.Length == 0 ? null : agent);
            case Kind.Action:
                return new ActionQueued(reader.Text(), reader.Number(), SinkBytes.ReadAction(ref reader));
            case Kind.Snapshot:
                var core = reader.Bytes().ToArray();
                var rules = new RuleCheckpoint[reader.Count(reader.Number())];
                for (var i = 0; i < rules.Length; i++)
                {
                    rules[i] = new RuleCheckpoint(reader.Text(), reader.Number(), reader.Bytes().ToArray());
                }

                return new Snapshot(core, rules);
            default:
                throw new FormatException($"a frame holds an output of unknown kind {kind}");
        }
    }
}
