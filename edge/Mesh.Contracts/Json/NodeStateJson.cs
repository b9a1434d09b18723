using System.Buffers;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// A node's state as JSON: <c>{"v":1,"tier":"fog","site":"home","version":"0.1.0","epoch":5,"every":5,"sources":40,
/// "readings":1200,"backlogAlarms":0,"backlogDetections":0,"backlogAggregates":12,"backlogReadings":0}</c>; <c>lostReadings</c> and the like where items are lost.
/// </summary>
public static class NodeStateJson
{
    public const int Version = 1;

    /// <summary>Bytes at most.</summary>
    public const int MaxBytes = 4096;

    private static readonly string[] Backlog =
    [
        "backlogAlarms",
        "backlogDetections",
        "backlogAggregates",
        "backlogReadings",
    ];

    private static readonly string[] Lost = ["lostAlarms", "lostDetections", "lostAggregates", "lostReadings"];

    public static byte[] Write(NodeState state)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v"u8, Version);
            writer.WriteString("tier"u8, state.Tier);
            writer.WriteString("site"u8, state.Site);
            writer.WriteString("version"u8, state.Version);
            writer.WriteNumber("epoch"u8, state.Epoch);
            writer.WriteNumber("every"u8, state.Every);
            writer.WriteNumber("sources"u8, state.Sources);
            writer.WriteNumber("readings"u8, state.Readings);
            for (var i = 0; i < Backlog.Length; i++)
            {
                writer.WriteNumber(Backlog[i], state.Backlog[i]);
                if (state.Lost[i] > 0)
                {
                    writer.WriteNumber(Lost[i], state.Lost[i]);
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="WireException">The text is not a node's state.</exception>
    public static NodeState Parse(ReadOnlySpan<byte> utf8)
    {
        var found = WireReader.Whole(utf8, static (ref Utf8JsonReader reader) => FlatObject.Read(ref reader));
        var tier = found.Id("tier");
        if (tier is not ("edge" or "fog"))
        {
            throw new WireException($"tier: found '{tier}', expected edge or fog");
        }

        var version = found.TextOr("version") ?? "";
        if (version.Length > Limits.NameLength)
        {
            throw new WireException($"version: {version.Length} characters, at most {Limits.NameLength} are allowed");
        }

        return new NodeState(
            tier,
            found.Id("site"),
            version,
            found.Number("epoch"),
            [.. Backlog.Select(name => found.NumberOr(name, 0))],
            found.NumberOr("sources", 0),
            found.NumberOr("readings", 0),
            Math.Clamp(found.NumberOr("every", 5), 1, 3600)
        )
        {
            Lost = [.. Lost.Select(name => found.NumberOr(name, 0))],
        };
    }
}
