using System.Text.RegularExpressions;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Law;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.Journals;

/// <summary>The page that documents the journal's format shows bytes; they are those that the encoder writes.</summary>
public sealed class FormatPageTests
{
    private const string Page = "edge/Mesh.Nodes/Journal/format.md";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Fact]
    public void The_annotated_frame_of_the_page_is_what_the_encoder_writes()
    {
        var start = Timestamp.Parse("2026-03-01T08:00:00Z");
        var readings = Enumerable
            .Range(0, 3)
            .Select(i => new Reading
            {
                Device = "env-1",
                Sensor = "temperature",
                Value = Value.Of(21.5 + (i / 10.0)),
                At = start + TimeSpan.FromSeconds(10 * i),
                Boot = 7,
                Seq = 1 + i,
            })
            .ToList();
        var frame = new Frame(
            5,
            start,
            [new ReadingsArrived("edge-1", readings, null)],
            [new ReadingsForwarded(1, [0, 1, 2])],
            start
        );
        var disk = new MemoryDisk();
        using var journal = Journal.Open(
            disk,
            SmallJournal.Folder,
            new JournalOptions("edge-1", 16 * 1024, Reserve: false),
            () => 1,
            out _
        );
        for (var number = 1; number < frame.Number; number++)
        {
            journal.Append(number, [0], [1, 1, 1, 1]);
        }

        journal.Append(frame.Number, FrameCodec.Encode(frame), [1, 1, 1, 1]);
        var segment = disk.Bytes(SmallJournal.PathOf(journal.Segments[0]));
        var first = 4096 + (4 * 24);
        var shown = Shown();
        var written = segment[first..(first + shown.Length)];
        Assert.True(
            written.AsSpan().SequenceEqual(shown) && segment.AsSpan(first + shown.Length).IndexOfAnyExcept((byte)0) < 0,
            $"the page shows\n{Convert.ToHexStringLower(shown)}\nand written is\n{Convert.ToHexStringLower(segment.AsSpan(first, 256))}"
        );
    }

    [Fact]
    public void The_page_names_every_kind_of_input_and_output()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, Page));
        foreach (var file in (string[])["InputBytes.cs", "OutputBytes.cs"])
        {
            var code = File.ReadAllText(Path.Combine(Checkout.Root, "edge/Mesh.Nodes/Frames", file));
            var kinds = Regex.Match(
                code,
                @"enum Kind : byte\s*\{(?<body>[^}]*)\}",
                RegexOptions.ExplicitCapture,
                Patience
            );
            foreach (
                Match kind in Regex.Matches(
                    kinds.Groups["body"].Value,
                    @"(?<name>\w+) = (?<number>\d+),",
                    RegexOptions.None,
                    Patience
                )
            )
            {
                var (name, number) = (kind.Groups["name"].Value, kind.Groups["number"].Value);
                Assert.True(
                    page.Contains($"| {number} | {name} |", StringComparison.Ordinal),
                    $"{Page} has no row '| {number} | {name} | …' for {file}"
                );
            }
        }
    }

    private static byte[] Shown()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, Page));
        var block = Regex.Match(
            page,
            "```hex\n(?<lines>.*?)```",
            RegexOptions.Singleline | RegexOptions.ExplicitCapture,
            Patience
        );
        var hex = block
            .Groups["lines"]
            .Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split("  ", 2)[0].Replace(" ", "", StringComparison.Ordinal));
        return Convert.FromHexString(string.Concat(hex));
    }
}
