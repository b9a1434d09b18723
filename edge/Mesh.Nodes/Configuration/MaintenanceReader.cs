using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>
/// Reads <c>maintenance:</c>, a list of planned silences, each once or every week:
/// <code>
/// maintenance:
/// - {name: cleaning, days: [mon, thu], from: "22:00", to: "06:00", zone: Europe/Berlin, rules: [door-*]}
/// - {name: boiler-service, from: 2026-03-01T08:00:00Z, to: 2026-03-01T12:00:00Z, key: {room: boiler}}
/// </code>
/// </summary>
internal static class MaintenanceReader
{
    /// <summary>In the order of <see cref="DayOfWeek"/>.</summary>
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static IReadOnlyList<MaintenanceWindow> Read(YamlFields root, Diagnostics diagnostics)
    {
        var windows = new List<MaintenanceWindow>();
        foreach (var node in root.List("maintenance"))
        {
            var fields = new YamlFields(node, "a maintenance window", diagnostics);
            var name = fields.RequiredText("name");
            var (from, to) = (fields.RequiredScalar("from"), fields.RequiredScalar("to"));
            var common = new MaintenanceWindow
            {
                Name = name ?? "",
                Rules = [.. fields.Scalars("rules").Select(r => r.Text)],
                Key = fields.Texts("key"),
            };
            var days = Days(fields, diagnostics);
            var zone = Zone(fields, diagnostics);
            fields.Close();
            if (
                from is not null
                && to is not null
                && Times(common with { Days = days, Zone = zone }, from, to, diagnostics) is { } window
            )
            {
                windows.Add(window);
            }
        }

        return windows;
    }

    private static MaintenanceWindow? Times(
        MaintenanceWindow window,
        YamlScalar from,
        YamlScalar to,
        Diagnostics diagnostics
    )
    {
        if (Timestamp.TryParse(from.Text, out var since) && Timestamp.TryParse(to.Text, out var until) && since < until)
        {
            return window with { From = since, Until = until, Days = 0, Zone = "UTC" };
        }

        if (Minute(from.Text) is { } start && Minute(to.Text) is { } end)
        {
            return window with { Start = start, End = end };
        }

        diagnostics.Error(
            from,
            $"from {from.Description} to {to.Description} is no span of time; times of the day such as \"22:00\" and \"06:00\", or two instants such as 2026-03-01T08:00:00Z, the earlier first, are expected"
        );
        return null;
    }

    private static int? Minute(string text) =>
        text == "24:00" ? 24 * 60
        : TimeOnly.TryParseExact(
            text,
            ["HH:mm", "H:mm"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time
        )
            ? (time.Hour * 60) + time.Minute
        : null;

    private static int Days(YamlFields fields, Diagnostics diagnostics)
    {
        var days = 0;
        foreach (var node in fields.List("days"))
        {
            var day = node is YamlScalar scalar ? Array.IndexOf(DayNames, scalar.Text) : -1;
            if (day < 0)
            {
                diagnostics.Error(node, $"{node.Description} is no weekday; expected is {string.Join(", ", DayNames)}");
            }
            else
            {
                days |= 1 << day;
            }
        }

        return days == 0 ? 0b111_1111 : days;
    }

    private static string Zone(YamlFields fields, Diagnostics diagnostics)
    {
        if (fields.Scalar("zone") is not { } scalar)
        {
            return TimeZoneInfo.Local.Id;
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(scalar.Text, out _))
        {
            diagnostics.Error(
                scalar,
                $"this machine knows no time zone {scalar.Description}; one such as Europe/Berlin is expected"
            );
        }

        return scalar.Text;
    }
}
