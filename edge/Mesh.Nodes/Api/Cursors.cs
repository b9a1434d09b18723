using System.Globalization;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Places in lists as text: where the page before ended, by instant and row, so that entries added meanwhile neither
/// repeat nor hide others. Callers pass them on as they are.
/// </summary>
public static class Cursors
{
    public static string Write(RowCursor cursor) =>
        string.Create(CultureInfo.InvariantCulture, $"{cursor.At.Micros}_{cursor.Row}");

    public static string Write(Reading reading) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{reading.At.Micros}_{reading.Boot}_{reading.Seq}_{reading.Device}"
        );

    /// <summary>The row that <c>after</c> names; null when absent.</summary>
    /// <exception cref="ProblemException">It is not from a list of this kind.</exception>
    public static RowCursor? Row(RequestQuery query)
    {
        if (query.Text("after") is not { } text)
        {
            return null;
        }

        return text.Split('_') is [var at, var row] && Number(at) is { } micros && Number(row) is { } number
            ? new RowCursor(new Timestamp(micros), number)
            : throw Wrong(text);
    }

    /// <summary>The reading that <c>after</c> names, as far as its place goes; null when absent.</summary>
    /// <exception cref="ProblemException">It is not from a list of readings.</exception>
    public static Reading? Reading(RequestQuery query)
    {
        if (query.Text("after") is not { } text)
        {
            return null;
        }

        return
            text.Split('_', 4) is [var at, var boot, var seq, var device]
            && Number(at) is { } micros
            && Number(boot) is { } run
            && Number(seq) is { } number
            && Limits.IsId(device)
            ? new Reading
            {
                Device = device,
                Sensor = "",
                At = new Timestamp(micros),
                Boot = run,
                Seq = number,
            }
            : throw Wrong(text);
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= Timestamp.MinValue.Micros
        && number <= Timestamp.MaxValue.Micros
            ? number
            : null;

    private static ProblemException Wrong(string text) =>
        RequestQuery.Wrong(
            "after",
            $"'after' is '{RequestQuery.Shorten(text)}'; the 'next' of the page before is expected, as it was"
        );
}
