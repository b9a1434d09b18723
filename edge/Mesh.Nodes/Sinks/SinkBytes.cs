using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>Actions and dead letters as bytes, in frames and snapshots.</summary>
internal static class SinkBytes
{
    public static void Write(FrameWriter writer, SinkAction action)
    {
        writer.Byte((byte)action.Kind);
        writer.Byte((byte)action.Severity);
        writer.Text(action.Id);
        writer.Text(action.Target);
        writer.Text(action.Payload);
        writer.Text(action.Title);
        writer.Text(action.Rule);
        writer.Long(action.At.Micros);
        writer.Long(action.Queued.Micros);
        writer.Long(action.Expires.Micros);
        writer.Number(action.Headers.Count);
        foreach (var (name, value) in action.Headers)
        {
            writer.Text(name);
            writer.Text(value);
        }
    }

    public static SinkAction ReadAction(ref FrameReader reader)
    {
        var (kind, severity) = ((SinkKind)reader.Byte(), (Severity)reader.Byte());
        if (!Enum.IsDefined(kind) || !Enum.IsDefined(severity))
        {
            throw new FormatException($"a frame holds an action of unknown kind {kind} or severity {severity}");
        }

        var action = new SinkAction
        {
            Kind = kind,
            Severity = severity,
            Id = reader.Text(),
            Target = reader.Text(),
            Payload = reader.Text(),
            Title = reader.Text(),
            Rule = reader.Text(),
            At = new Timestamp(reader.Long()),
            Queued = new Timestamp(reader.Long()),
            Expires = new Timestamp(reader.Long()),
        };
        var headers = new KeyValuePair<string, string>[reader.Count(reader.Number())];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = new(reader.Text(), reader.Text());
        }

        return action with
        {
            Headers = headers,
        };
    }

    public static void Write(FrameWriter writer, DeadLetter letter)
    {
        writer.Text(letter.Id);
        writer.Text(letter.Sink);
        writer.Long(letter.At.Micros);
        writer.Text(letter.Reason);
        writer.Byte(letter.Action is null ? (byte)0 : (byte)1);
        if (letter.Action is { } action)
        {
            Write(writer, action);
        }
        else
        {
            writer.Bytes(AgentJson.Write(letter.Command!));
        }
    }

    public static DeadLetter ReadLetter(ref FrameReader reader)
    {
        var (id, sink, at, reason) = (reader.Text(), reader.Text(), new Timestamp(reader.Long()), reader.Text());
        return reader.Byte() == 1
            ? new DeadLetter(id, sink, at, reason, ReadAction(ref reader), null)
            : new DeadLetter(id, sink, at, reason, null, AgentJson.ParseCommand(reader.Bytes()));
    }
}
