using System.Globalization;
using Mesh.Rules.Compiled;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads <c>active: {from: "22:00", to: "06:00", days: mon-fri, zone: Europe/Berlin}</c>, or a list of such.</summary>
internal static class ActiveReader
{
    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    public static List<ActiveRange> Read(YamlFields rule, Diagnostics diagnostics)
    {
        var ranges = new List<ActiveRange>();
        foreach (var item in rule.List("active"))
        {
            if (Range(item, diagnostics) is { } range)
            {
                ranges.Add(range);
            }
        }

        if (rule.Get("active") is YamlSequence { Items.Count: 0 } empty)
        {
            diagnostics.Error(empty, "'active' names no time; the rule would never be active");
        }

        return ranges;
    }

    private static ActiveRange? Range(YamlNode node, Diagnostics diagnostics)
    {
        var before = diagnostics.Errors;
        var fields = new YamlFields(node, "'active'", diagnostics);
        var from = Time(fields, "from", TimeSpan.Zero, diagnostics);
        var to = Time(fields, "to", TimeSpan.FromDays(1), diagnostics);
        if (from == TimeSpan.FromDays(1))
        {
            diagnostics.Error(fields.Get("from")!, "'from' is 24:00; before it is expected, 00:00 for midnight");
        }

        var days = ReadDays(fields, diagnostics);
        var zone = TimeZoneInfo.Utc;
        if (fields.Scalar("zone") is { } name && !TimeZoneInfo.TryFindSystemTimeZoneById(name.Text, out zone))
        {
            diagnostics.Error(
                name,
                $"there is no time zone {name.Description}; one such as Europe/Brussels is expected"
            );
        }

        fields.Close();
        if (fields.Node is YamlMapping { Entries.Count: 0 })
        {
            diagnostics.Error(fields.Node, "'active' says nothing; from, to, days or zone are expected");
        }

        return diagnostics.Errors == before ? new ActiveRange(from, to, days, zone!) : null;
    }

    private static TimeSpan Time(YamlFields fields, string name, TimeSpan absent, Diagnostics diagnostics)
    {
        if (fields.Scalar(name) is not { } scalar)
        {
            return absent;
        }

        if (scalar.Text is "24:00" or "24:00:00")
        {
            return TimeSpan.FromDays(1);
        }

        if (
            TimeOnly.TryParseExact(
                scalar.Text,
                ["H:mm", "H:mm:ss"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var time
            )
        )
        {
            return time.ToTimeSpan();
        }

        diagnostics.Error(scalar, $"'{name}' is {scalar.Description}; a time of day such as \"22:00\" is expected");
        return absent;
    }

    private static bool[] ReadDays(YamlFields fields, Diagnostics diagnostics)
    {
        var days = new bool[7];
        var items = fields.List("days");
        foreach (var item in items)
        {
            var parts = (item as YamlScalar)?.Text.ToLowerInvariant().Split('-') ?? [];
            var (first, last) = (
                parts.Length is 1 or 2 ? DayOf(parts[0]) : -1,
                parts.Length == 2 ? DayOf(parts[1]) : -1
            );
            last = parts.Length == 1 ? first : last;
            if (first < 0 || last < 0)
            {
                diagnostics.Error(
                    item,
                    $"'days' has {item.Description}; {string.Join(", ", Days)} or a range such as mon-fri are expected"
                );
                continue;
            }

            for (var day = first; ; day = (day + 1) % 7)
            {
                days[day] = true;
                if (day == last)
                {
                    break;
                }
            }
        }

        if (items.Count == 0)
        {
            Array.Fill(days, true);
        }

        return days;
    }

    private static int DayOf(string text) => Array.FindIndex(Days, d => text == d || text == Full(d));

    private static string Full(string day) =>
        day switch
        {
            "tue" => "tuesday",
            "wed" => "wednesday",
            "thu" => "thursday",
            "sat" => "saturday",
            _ => day + "day",
        };
}
