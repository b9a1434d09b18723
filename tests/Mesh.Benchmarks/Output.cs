using System.Globalization;
using System.Runtime.InteropServices;

namespace Mesh.Benchmarks;

/// <summary>The table on standard output.</summary>
internal static class Output
{
    public static void Machine()
    {
        var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
        Line(
            $"{Environment.ProcessorCount} cores ({RuntimeInformation.ProcessArchitecture}), load {load}, "
                + $".NET {Environment.Version}, data below {Path.GetTempPath()}"
        );
        Line("Rates and times depend on the machine and on what else it does: read the ratios. Outputs are checked.");
    }

    public static void Table(string title, IReadOnlyList<Figure> figures, TimeSpan took)
    {
        Line("");
        Line(Invariant($"{title} ({took.TotalSeconds:0} s)"));
        string[][] rows =
        [
            ["figure", "value", "target", "alternative", "its value", "ratio", "note"],
            .. figures.Select(Cells),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length)).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, i) => i is 0 or 3 or 6 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            Line("  " + string.Join("  ", cells).TrimEnd());
        }
    }

#pragma warning disable RS0030 // A command like the command line: the table is its result.
    public static void Line(string text) => Console.Out.WriteLine(text);
#pragma warning restore RS0030

    private static string[] Cells(Figure figure)
    {
        var sign = figure.MoreIsBetter ? "≥" : "≤";
        var met = figure.Met is false ? " MISSED" : "";
        return
        [
            figure.Name,
            $"{Number(figure.Value)} {figure.Unit}",
            figure.Target is { } target ? $"{sign} {Number(target)}{met}" : "",
            figure.Alternative,
            Number(figure.AlternativeValue),
            Invariant($"{figure.Ratio:0.00}"),
            figure.Note,
        ];
    }

    private static string Number(double value) => value < 100 ? Invariant($"{value:0.0}") : Invariant($"{value:#,0}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
