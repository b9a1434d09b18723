using System.Buffers;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// The small messages between an agent and its fog: acknowledgement <c>{"boot":3,"upTo":17,"epoch":5}</c>, state
/// <c>{"online":true,"boot":3}</c>, command and its result.
/// </summary>
public static class AgentJson
{
    public static byte[] Write(Acknowledgement ack) =>
        Object(writer =>
        {
            writer.WriteNumber("boot"u8, ack.Boot);
            writer.WriteNumber("upTo"u8, ack.UpTo);
            writer.WriteNumber("epoch"u8, ack.Epoch);
            if (ack.Resend)
            {
                writer.WriteBoolean("resend"u8, true);
            }

            if (ack.Lane != Lane.Readings)
            {
                writer.WriteString("lane"u8, Lanes.Name(ack.Lane));
            }

            if (ack.Hello is { } hello)
            {
                writer.WriteNumber("hello"u8, hello);
            }

            if (ack.Mark is { } mark)
            {
                ValueJson.Write(writer, "mark"u8, mark.Time);
                if (mark.Final)
                {
                    writer.WriteBoolean("final"u8, true);
                }
            }
        });

    public static byte[] Write(AgentState state) =>
        Object(writer =>
        {
            writer.WriteBoolean("online"u8, state.Online);
            writer.WriteNumber("boot"u8, state.Boot);
            if (state.Version is { } version)
            {
                writer.WriteString("version"u8, version);
            }

            if (state.Recorded)
            {
                writer.WriteBoolean("recorded"u8, true);
            }

            if (state.Hello is { } hello)
            {
                writer.WriteNumber("hello"u8, hello);
            }
        });

    public static byte[] Write(Command command) =>
        Object(writer =>
        {
            writer.WriteString("id"u8, command.Id);
            writer.WriteString("device"u8, command.Device);
            writer.WriteString("sensor"u8, command.Sensor);
            writer.WritePropertyName("value"u8);
            ValueJson.Write(writer, command.Value);
            writer.WriteNumber("expiresMs"u8, command.ExpiresMs);
            if (command.Cause is { } cause)
            {
                writer.WriteString("cause"u8, cause);
            }
        });

    public static byte[] Write(CommandResult result) =>
        Object(writer =>
        {
            writer.WriteString("id"u8, result.Id);
            writer.WriteString("outcome"u8, result.Outcome);
            if (result.Detail is { } detail)
            {
                writer.WriteString("detail"u8, detail);
            }
        });

    /// <exception cref="WireException">The payload is not an acknowledgement.</exception>
    public static Acknowledgement ParseAcknowledgement(ReadOnlySpan<byte> utf8)
    {
        var found = Parse(utf8);
        return new(found.Number("boot"), found.Number("upTo"), found.Number("epoch"), found.Flag("resend") ?? false)
        {
            Lane = LaneOf(found),
            Hello = found.NumberOr("hello"),
            Mark = found.InstantOr("mark") is { } time ? new Mark(time, found.Flag("final") ?? false) : null,
        };
    }

    private static Lane LaneOf(FlatObject found) =>
        found.TextOr("lane") is not { } name ? Lane.Readings
        : Lanes.TryParse(name, out var lane) ? lane
        : throw new WireException($"lane: found '{name}', expected alarms, detections, aggregates or readings");

    /// <exception cref="WireException">The payload is not an agent's state.</exception>
    public static AgentState ParseState(ReadOnlySpan<byte> utf8)
    {
        var found = Parse(utf8);
        return new(
            found.Flag("online") ?? throw new WireException("online: missing"),
            found.NumberOr("boot", 0),
            found.TextOr("version"),
            found.Flag("recorded") ?? false
        )
        {
            Hello = found.NumberOr("hello"),
        };
    }

    /// <param name="utf8">The payload.</param>
    /// <param name="otherwiseId">The id of an order given by hand without one; null: it must have one.</param>
    /// <exception cref="WireException">The payload is not a command.</exception>
    public static Command ParseCommand(ReadOnlySpan<byte> utf8, string? otherwiseId = null)
    {
        var found = Parse(utf8);
        return new(
            otherwiseId is not null && found.TextOr("id") is null ? otherwiseId : found.Id("id"),
            found.Id("device"),
            found.Id("sensor"),
            found.Any("value"),
            found.NumberOr("expiresMs", 30_000),
            found.TextOr("cause")
        );
    }

    /// <exception cref="WireException">The payload is not a command's result.</exception>
    public static CommandResult ParseResult(ReadOnlySpan<byte> utf8)
    {
        var found = Parse(utf8);
        return new(found.Id("id"), found.Id("outcome"), found.TextOr("detail"));
    }

    private static byte[] Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static FlatObject Parse(ReadOnlySpan<byte> utf8) =>
        WireReader.Whole(utf8, static (ref Utf8JsonReader reader) => FlatObject.Read(ref reader));
}
