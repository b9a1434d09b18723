using System.Globalization;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.AspNetCore.Routing;

namespace Mesh.Cloud;

/// <summary>Who sends, which numbering, which lane, which items: the address of a range.</summary>
internal readonly record struct RangeAddress(string Node, long Epoch, Lane Lane, long From, long To)
{
    /// <exception cref="ProblemException">A part is not what it should be; the problem names it.</exception>
    public static RangeAddress Parse(RouteValueDictionary values)
    {
        var (from, to) = Range(Text(values, "range"));
        return new RangeAddress(
            Id(values, "node"),
            ReadEpoch(Text(values, "epoch")),
            ReadLane(Text(values, "lane")),
            from,
            to
        );
    }

    public static string Id(RouteValueDictionary values, string name)
    {
        var text = Text(values, name);
        return Limits.IsId(text)
            ? text
            : throw RequestQuery.Wrong(
                name,
                $"'{name}' is '{RequestQuery.Shorten(text)}'; an id of 1 to {Limits.IdLength} letters, digits or . _ - : ~ @ $ is expected"
            );
    }

    private static string Text(RouteValueDictionary values, string name) => values[name] as string ?? "";

    private static Lane ReadLane(string text) =>
        Lanes.TryParse(text, out var lane)
            ? lane
            : throw RequestQuery.Wrong(
                "lane",
                $"'lane' is '{RequestQuery.Shorten(text)}'; alarms, detections, aggregates or readings is expected"
            );

    private static long ReadEpoch(string text) =>
        Number(text, 0)
        ?? throw RequestQuery.Wrong(
            "epoch",
            $"'epoch' is '{RequestQuery.Shorten(text)}'; a whole number from 0 to 2^53-1 is expected"
        );

    /// <summary>1-500; a range of nothing but a mark ends one before it begins: 501-500.</summary>
    private static (long From, long To) Range(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && Number(text[..dash], 1) is { } from && Number(text[(dash + 1)..], from - 1) is { } to
            ? (from, to)
            : throw RequestQuery.Wrong(
                "range",
                $"'range' is '{RequestQuery.Shorten(text)}'; the numbers of the first and last item are expected, such as 1-500"
            );
    }

    private static long? Number(string text, long min) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= min
        && number <= Limits.Number
            ? number
            : null;
}
