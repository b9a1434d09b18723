using System.Text;
using System.Text.Json;
using Mesh.Contracts;
using Xunit;

namespace Mesh.Tests.Wire;

/// <summary>What crosses a wire is a reviewed text file: a change of one of these is a change of the contract.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Names =>
        [
            "reading",
            "badge",
            "batch",
            "detection",
            "aggregate",
            "range",
            "lane",
            "ack",
            "answer",
            "state",
            "command",
            "result",
        ];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_is_written_as_its_golden_file_says(string name)
    {
        var expected = File.ReadAllText(PathOf(name)).Trim();
        Assert.Equal(expected, Pretty(Bytes(name)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_golden_file_is_read_back_to_the_same_bytes(string name)
    {
        var golden = Encoding.UTF8.GetBytes(File.ReadAllText(PathOf(name)));
        var again = name switch
        {
            "reading" or "badge" => Write(w => ReadingJson.Write(w, ReadingJson.Parse(golden))),
            "batch" => BatchJson.Write(BatchJson.Parse(golden)),
            "range" => RangeJson.Write(RangeJson.Parse(golden, "fog-1", 5, Lane.Alarms, 7, 9)),
            "detection" => Write(w => EventJson.Write(w, Events(golden, Lane.Detections))),
            "aggregate" => Write(w => EventJson.Write(w, Events(golden, Lane.Aggregates))),
            "lane" => RangeJson.WriteNumbered(RangeJson.ParseNumbered(golden, "fog-1", Lane.Alarms)),
            "ack" or "answer" => AgentJson.Write(AgentJson.ParseAcknowledgement(golden)),
            "state" => AgentJson.Write(AgentJson.ParseState(golden)),
            "command" => AgentJson.Write(AgentJson.ParseCommand(golden)),
            _ => AgentJson.Write(AgentJson.ParseResult(golden)),
        };
        Assert.Equal(Pretty(golden), Pretty(again));
    }

    private static byte[] Bytes(string name) =>
        name switch
        {
            "reading" => Write(w => ReadingJson.Write(w, Samples.Reading)),
            "badge" => Write(w => ReadingJson.Write(w, Samples.Badge)),
            "batch" => BatchJson.Write(Samples.Batch),
            "range" => RangeJson.Write(Samples.Range),
            "detection" => Write(w => EventJson.Write(w, Samples.Detection)),
            "aggregate" => Write(w => EventJson.Write(w, Samples.Aggregate)),
            "lane" => RangeJson.WriteNumbered(Samples.Range),
            "ack" => AgentJson.Write(
                new Acknowledgement(3, 17, 5, Resend: true)
                {
                    Mark = new Mark(Timestamp.Parse("2026-03-02T08:00:00Z"), Final: true),
                }
            ),
            "answer" => AgentJson.Write(new Acknowledgement(3, 17, 5) { Lane = Lane.Alarms, Hello = 2 }),
            "state" => AgentJson.Write(new AgentState(true, 3, "0.1.0", Recorded: true) { Hello = 2 }),
            "command" => AgentJson.Write(Samples.Command),
            _ => AgentJson.Write(new CommandResult("c1", "failed", "the lock jammed")),
        };

    private static MeshEvent Events(byte[] golden, Lane lane)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"v":1,"items":[{{Encoding.UTF8.GetString(golden)}}]}""");
        return RangeJson.Parse(body, "fog-1", 5, lane, 1, 1).Items[0];
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    private static string Pretty(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document, Indented).Trim();
    }

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string PathOf(string name) =>
        Path.Combine(AppContext.BaseDirectory, "Wire", "golden", $"{name}.v1.json");
}
