using LiteDB;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>Rows that are no events, as documents.</summary>
internal static class RowDocuments
{
    internal static BsonDocument Of(CommandRow row) =>
        new()
        {
            ["id"] = row.Command.Id,
            ["device"] = row.Command.Device,
            ["sensor"] = row.Command.Sensor,
            ["kind"] = (int)row.Command.Value.Kind,
            ["text"] = row.Command.Value.Text,
            ["bits"] = row.Command.Value.Micros,
            ["expires"] = row.Command.ExpiresMs,
            ["cause"] = row.Command.Cause,
            ["sent"] = row.SentAt.Micros,
            ["outcome"] = row.Outcome,
            ["detail"] = row.Detail,
        };

    internal static CommandRow Command(BsonDocument from) =>
        new(
            new Command(
                from["id"].AsString,
                from["device"].AsString,
                from["sensor"].AsString,
                Value(from),
                from["expires"].AsInt64,
                Text(from["cause"])
            ),
            new Timestamp(from["sent"].AsInt64),
            Text(from["outcome"]),
            Text(from["detail"])
        );

    internal static BsonDocument Of(SourceRow row) =>
        new()
        {
            ["name"] = row.Name,
            ["alive"] = row.Alive is { } alive ? alive : BsonValue.Null,
            ["seen"] = row.SeenAt.Micros,
            ["marks"] = new BsonArray(row.Marks.SelectMany(m => (BsonValue[])[m.Epoch, (int)m.Lane, m.UpTo])),
        };

    internal static SourceRow Source(BsonDocument from) =>
        new(
            from["name"].AsString,
            from["alive"].IsBoolean ? from["alive"].AsBoolean : null,
            new Timestamp(from["seen"].AsInt64),
            [
                .. from["marks"]
                    .AsArray.Chunk(3)
                    .Select(m => new SourceMark(m[0].AsInt64, (Lane)m[1].AsInt32, m[2].AsInt64)),
            ]
        );

    private static Value Value(BsonDocument from) =>
        (ValueKind)from["kind"].AsInt32 switch
        {
            ValueKind.Boolean => Contracts.Value.Of(from["bits"].AsInt64 != 0),
            ValueKind.Number => Contracts.Value.Of(BitConverter.Int64BitsToDouble(from["bits"].AsInt64)),
            ValueKind.Text => Contracts.Value.Of(from["text"].AsString),
            ValueKind.Duration => Contracts.Value.Duration(from["bits"].AsInt64),
            ValueKind.Instant => Contracts.Value.Of(new Timestamp(from["bits"].AsInt64)),
            _ => Contracts.Value.Unknown,
        };

    private static string? Text(BsonValue value) => value.IsString ? value.AsString : null;
}

/// <summary>How far a source has come.</summary>
internal static class SourceMarks
{
    /// <summary>Marks kept of one source; those of the epoch heard of longest ago go first.</summary>
    private const int Most = 32;

    internal static IReadOnlyList<SourceMark> With(IReadOnlyList<SourceMark> marks, LaneRange range)
    {
        var upTo = marks
            .Where(m => m.Epoch == range.Epoch && m.Lane == range.Lane)
            .Select(m => m.UpTo)
            .DefaultIfEmpty(0)
            .Max();
        return
        [
            .. marks.Where(m => m.Epoch != range.Epoch || m.Lane != range.Lane).TakeLast(Most - 1),
            new SourceMark(range.Epoch, range.Lane, Math.Max(upTo, range.To)),
        ];
    }
}
