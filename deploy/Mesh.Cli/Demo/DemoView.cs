using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mesh.Cli;

/// <summary>What a person sees of the demo: figures that move and the newest detections; piped, plain lines instead.</summary>
internal sealed class DemoView
{
    private const int Shown = 12;

    private readonly Queue<string> _detections = new();
    private readonly string _page;
    private readonly string _folder;
    private DemoFigures _figures = DemoFigures.None;
    private double _rate;
    private TimeSpan _elapsed;

    public DemoView(string page, string folder) => (_page, _folder) = (page, folder);

    public void Show(DemoFigures figures, TimeSpan since, TimeSpan elapsed)
    {
        _rate = since > TimeSpan.Zero ? (figures.Readings - _figures.Readings) / since.TotalSeconds : 0;
        (_figures, _elapsed) = (figures, elapsed);
    }

    public void Detected(string line)
    {
        lock (_detections)
        {
            _detections.Enqueue(line);
            if (_detections.Count > Shown)
            {
                _detections.Dequeue();
            }
        }
    }

    /// <summary>One plain line, for pipes and logs.</summary>
    public string Line =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{_elapsed.TotalSeconds, 4:0} s  {_figures.Clock}  {_figures.Readings} readings ({_rate:0}/s)  backlog {_figures.ToFog} to fogs, {_figures.ToCloud} to cloud  {_figures.Detections} detections"
        );

    public IRenderable Render()
    {
        var figures = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("");
        figures.AddRow("[grey]page[/]", $"[link={_page}]{Markup.Escape(_page)}[/]");
        figures.AddRow("[grey]data[/]", Markup.Escape(_folder));
        figures.AddRow("[grey]building time[/]", $"{Markup.Escape(_figures.Clock)} [grey](60 ×)[/]");
        figures.AddRow("[grey]readings[/]", Invariant($"[bold]{_figures.Readings:#,0}[/]  [grey]{_rate:0}/s[/]"));
        figures.AddRow(
            "[grey]waiting[/]",
            Invariant($"{_figures.ToFog} for the fogs, {_figures.ToCloud} for the cloud")
        );
        figures.AddRow("[grey]detections[/]", Invariant($"{_figures.Detections:#,0}"));
        string[] newest;
        lock (_detections)
        {
            newest = [.. _detections];
        }

        var list =
            newest.Length == 0
                ? new Markup("[grey]no detection yet; the first come within a few seconds[/]")
                : (IRenderable)new Rows(newest.Select(Colour));
        return new Rows(
            new Rule("[bold]mesh demo[/]  [grey]Ctrl-C ends it[/]").LeftJustified(),
            figures,
            new Text(""),
            new Rule("[grey]detections[/]").LeftJustified(),
            list
        );
    }

    private static Markup Colour(string line)
    {
        var style =
            line.Contains(" critical ", StringComparison.Ordinal) ? "red"
            : line.Contains(" warning ", StringComparison.Ordinal) ? "yellow"
            : "default";
        return new Markup($"[{style}]{Markup.Escape(line)}[/]");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
