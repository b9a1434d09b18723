using System.Globalization;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Tests.Law;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>The example rule files over their recordings, against facts that others computed from the files.</summary>
public class ExampleDataTests
{
    // All rules over the home at once, and ten minutes longer so that the last use of an area ends.
    private static readonly Lazy<ILookup<string, MeshEvent>> AtHome = new(() =>
        Said("casas/casas.rules.yaml", RecordedData.Home(), TimeSpan.FromMinutes(10))
    );

    private static JsonElement Home => RecordedData.Facts("casas-alhome/facts.json");

    [Theory]
    [InlineData("opened-and-nobody-moved", "F1_OPEN_not_followed_by_any_motion_within_5min", 1)]
    [InlineData("closed-and-nobody-moved", "F2_CLOSE_not_followed_by_any_motion_within_5min", 53)]
    [InlineData("opened-and-nobody-inside", "F1_OPEN_not_followed_by_indoor_motion_within_5min", 60)]
    [InlineData("closed-and-nobody-inside", "F2_CLOSE_not_followed_by_indoor_motion_within_5min", 58)]
    public void Nobody_moved_after_the_door_was_used(string rule, string fact, int count)
    {
        var found = AtHome.Value[rule].Cast<Detection>().ToList();
        var expected = Instants(Home.GetProperty(fact).GetProperty("times"));
        Assert.Equal(count, expected.Count);
        Assert.Equal(expected, found.Select(d => d.Bindings[0].Readings[0].At));
        Assert.All(found, d => Assert.Equal(TimeSpan.FromMinutes(5), d.At - d.Bindings[0].Readings[0].At));
    }

    [Theory]
    [InlineData("no-motion", "R2_silence_ge_30min", 261)]
    [InlineData("left-home", "R3_left_home", 59)]
    public void Silences_of_half_an_hour_begin_and_end_at_the_known_instants(string rule, string fact, int count)
    {
        var found = AtHome.Value[rule].Cast<Detection>().ToList();
        var expected = Pairs(Home.GetProperty(fact).GetProperty("list"));
        Assert.Equal(count, expected.Count);
        Assert.Equal(expected.Select(p => p.From + TimeSpan.FromMinutes(30)), Times(found, DetectionKind.Fire));
        Assert.Equal(expected.Select(p => p.To), Times(found, DetectionKind.Clear));
    }

    [Fact]
    public void One_way_home_leads_through_the_entry_into_the_kitchen()
    {
        var found = AtHome.Value["came-home-and-cooked"].Cast<Detection>();
        var expected = Home.GetProperty("R4_seq_OPEN_EntryON_CLOSE_KitchenON").GetProperty("list");
        Assert.Equal(
            expected.EnumerateArray().Select(Instants),
            found.Select(d => d.Bindings.Select(b => b.Readings[0].At).ToList())
        );
    }

    [Fact]
    public void Each_area_is_used_as_often_and_as_long_as_is_known()
    {
        var found = AtHome.Value["area-used"].Cast<Detection>();
        foreach (var area in Home.GetProperty("occupancy_timeout300_per_area").EnumerateObject())
        {
            var own = found.Where(d => d.Key[0].Value.Text == area.Name).ToList();
            Assert.Equal(area.Value.GetProperty("periods").GetInt32(), Times(own, DetectionKind.Fire).Count);
            Assert.Equal(area.Value.GetProperty("total_s").GetDouble(), Seconds(own), 3);
        }
    }

    [Fact]
    public void Each_light_is_on_as_often_and_as_long_as_is_known()
    {
        var found = AtHome.Value["light-on"].Cast<Detection>();
        foreach (var light in Home.GetProperty("lights").EnumerateObject())
        {
            var own = found.Where(d => d.Key[0].Value.Text == light.Name).ToList();
            Assert.Equal(light.Value.GetProperty("on_periods").GetInt32(), Times(own, DetectionKind.Fire).Count);
            Assert.Equal(light.Value.GetProperty("on_seconds").GetDouble(), Seconds(own), 3);
        }
    }

    [Fact]
    public void The_busiest_hours_of_the_home_are_the_known_ones()
    {
        const string Rule = "motion-per-hour";
        var said = Said("casas/casas.rules.yaml", RecordedData.Home(), TimeSpan.FromHours(1), Rule);
        var found = said[Rule].Cast<Aggregate>().ToList();
        Assert.Equal(Home.GetProperty("tumbling1h_motionON_nonempty_windows").GetInt32(), found.Count);
        var expected = Home.GetProperty("tumbling1h_motionON_top5")
            .EnumerateArray()
            .Select(e => (RecordedData.Local(e[0].GetString() + ":00"), e[1].GetString(), (double)e[2].GetInt32()));
        var top = found.OrderByDescending(a => Value(a, "n")).ThenBy(a => a.Start).Take(5);
        Assert.Equal(expected, top.Select(a => (a.Start, (string?)a.Key[0].Value.Text, Value(a, "n"))));
    }

    [Theory]
    [InlineData("datatraining.txt")]
    [InlineData("datatest.txt")]
    public void The_office_says_what_is_known_of_it(string file)
    {
        var facts = RecordedData.Facts("uci-occupancy/facts.json").GetProperty(file);
        var said = Said("uci-occupancy/uci.rules.yaml", RecordedData.Office(file));
        List<Detection> Found(string rule) => [.. said[rule].Cast<Detection>()];

        var transitions = facts.GetProperty("occupancy_transitions");
        Assert.Equal(Firsts(transitions), Found("occupancy-changed").Select(d => d.At));
        Assert.Equal(Firsts(facts.GetProperty("occupied_intervals")), Times(Found("occupied"), DetectionKind.Fire));
        Assert.Equal(
            Firsts(facts.GetProperty("CO2_gt_1000_episodes")),
            Times(Found("co2-episode"), DetectionKind.Fire)
        );
        Assert.Equal(facts.GetProperty("rows_CO2_gt_1000").GetInt32(), Found("co2-above-1000").Count);
        Assert.Equal(facts.GetProperty("rows_unoccupied_light_gt_200").GetInt32(), Found("light-and-nobody").Count);
        Assert.Equal(facts.GetProperty("rows_CO2_rise_gt_100_in_5_rows").GetInt32(), Found("co2-rising").Count);
        Assert.Equal(
            facts
                .GetProperty("light_on_while_unoccupied_10rows")
                .EnumerateArray()
                .Select(e => (RecordedData.Local(e[0].GetString()!), (double)e[2].GetInt32())),
            Found("light-in-empty-room").Select(d => (Value(d, "began").AsTimestamp, Value(d, "rows").Number))
        );
        var alarms = Found("co2-high");
        var hysteresis = facts.GetProperty("CO2_alarm_hysteresis_1000_900");
        Assert.Equal(Firsts(hysteresis), Times(alarms, DetectionKind.Fire));
        Assert.Equal(
            hysteresis
                .EnumerateArray()
                .Where(e => e[1].GetString() is not null)
                .Select(e => RecordedData.Local(e[1].GetString()!)),
            Times(alarms, DetectionKind.Clear)
        );
    }

    [Theory]
    [InlineData("datatraining.txt")]
    [InlineData("datatest.txt")]
    public void The_quarter_hours_of_the_office_have_the_known_averages(string file)
    {
        var facts = RecordedData.Facts("uci-occupancy/facts.json").GetProperty(file).GetProperty("tumbling15_CO2");
        var said = Said("uci-occupancy/uci.rules.yaml", RecordedData.Office(file), TimeSpan.FromMinutes(15));
        var found = said["quarter-hours"].Cast<Aggregate>().ToList();
        (Timestamp, long, double) Row(Aggregate a) => (a.Start, a.Count, Math.Round(Value(a, "average"), 4));
        (Timestamp, long, double) Fact(JsonElement e) =>
            (RecordedData.Local(e[0].GetString()!), e[1].GetInt64(), e[2].GetDouble());
        Assert.Equal(facts.GetProperty("windows").GetInt32(), found.Count);
        Assert.Equal(facts.GetProperty("first3").EnumerateArray().Select(Fact), found.Take(3).Select(Row));
        Assert.Equal(Fact(facts.GetProperty("last")), Row(found[^1]));
        var highest = found.MaxBy(a => Value(a, "average"))!;
        Assert.Equal(facts.GetProperty("max_mean")[0].GetDouble(), Value(highest, "average"), 4);
        Assert.Equal(RecordedData.Local(facts.GetProperty("max_mean")[1].GetString()!), highest.Start);
    }

    [Fact]
    public void The_second_room_says_what_is_known_of_it()
    {
        var facts = RecordedData.Facts("uci-room-occupancy-estimation/facts.json").GetProperty("occupancy_2017-12.csv");
        var said = Said("room-occupancy/room.rules.yaml", RecordedData.Estimation());
        List<Detection> Found(string rule) => [.. said[rule].Cast<Detection>()];

        Assert.Equal(
            facts
                .GetProperty("transitions")
                .EnumerateArray()
                .Select(e => (RecordedData.Local(e[0].GetString()!), e[1].GetString())),
            Found("people-changed")
                .Select(d =>
                    (
                        d.At,
                        (string?)
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{Value(d, "before").Number}->{Value(d, "now").Number}"
                            )
                    )
                )
        );
        Assert.Equal(facts.GetProperty("rows_CO2_gt_1000").GetInt32(), Found("co2-above-1000").Count);
        Assert.Equal(
            Firsts(facts.GetProperty("CO2_gt_1000_episodes")),
            Times(Found("co2-episode"), DetectionKind.Fire)
        );
        Assert.Equal(facts.GetProperty("PIR_while_unoccupied_rows").GetInt32(), Found("motion-and-nobody").Count);
        Assert.Equal(
            Instants(facts.GetProperty("rule_noPIR20rows_and_CO2gt500_alarms")),
            Times(Found("quiet-and-stale"), DetectionKind.Fire)
        );
    }

    [Theory]
    [InlineData("daily-jumps-up", "artificialWithAnomaly/art_daily_jumpsup.csv", "jumpsup", true)]
    [InlineData("daily-jumps-up", "artificialNoAnomaly/art_daily_small_noise.csv", "jumpsup", false)]
    [InlineData("daily-flat-middle", "artificialWithAnomaly/art_daily_flatmiddle.csv", "flatmiddle", true)]
    [InlineData("daily-flat-middle", "artificialNoAnomaly/art_daily_small_noise.csv", "flatmiddle", false)]
    [InlineData("spikes-denser", "artificialWithAnomaly/art_increase_spike_density.csv", "spikes", true)]
    [InlineData("cpu-high", "realAWSCloudwatch/ec2_cpu_utilization_24ae8d.csv", "cpu", true)]
    [InlineData("traffic-slow", "realTraffic/speed_6005.csv", "speed", true)]
    [InlineData("road-full", "realTraffic/occupancy_6005.csv", "covered", true)]
    public void The_benchmark_alarms_inside_the_marked_times_and_nowhere_else(
        string rule,
        string file,
        string sensor,
        bool anomalous
    )
    {
        var found = Said("nab/nab.rules.yaml", RecordedData.Benchmark(file, sensor))[rule]
            .Cast<Detection>()
            .Where(d => d.Kind is DetectionKind.Fire or DetectionKind.Match)
            .ToList();
        Assert.Equal(anomalous, found.Count > 0);
        var windows = Pairs(RecordedData.Facts("nab/facts.json").GetProperty(file).GetProperty("windows"));
        Assert.All(found, d => Assert.Contains(windows, w => w.From <= d.At && d.At <= w.To));
    }

    [Fact]
    public void A_line_that_never_moves_is_one_alarm()
    {
        var series = RecordedData.Benchmark("artificialNoAnomaly/art_flatline.csv", "flatline");
        Assert.Single(Said("nab/nab.rules.yaml", series)["flat-line"]);
    }

    /// <summary>What the rules of a file, or one of them, say over a recording, by rule.</summary>
    private static ILookup<string, MeshEvent> Said(
        string file,
        IEnumerable<Reading> readings,
        TimeSpan longer = default,
        string? only = null
    )
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, "deploy", "examples", file));
        var rules = RuleTexts.Compile(text[text.IndexOf("version", StringComparison.Ordinal)..]);
        var feed = readings.ToList();
        var events = new List<MeshEvent>();
        var result = RuleRun.Run(
            [.. rules.Where(r => only is null || r.Id == only)],
            feed,
            new RuleRunOptions { Until = feed[^1].At + longer },
            o => events.Add(o.Event)
        );
        Assert.All(result.Rules, r => Assert.Null(r.Fault));
        return events.ToLookup(e => e is Detection d ? d.Rule : ((Aggregate)e).Rule!);
    }

    private static List<Timestamp> Times(IEnumerable<Detection> found, DetectionKind kind) =>
        [.. found.Where(d => d.Kind == kind).Select(d => d.At)];

    private static double Seconds(List<Detection> found) =>
        Times(found, DetectionKind.Fire)
            .Zip(Times(found, DetectionKind.Clear))
            .Sum(p => (p.Second - p.First).TotalSeconds);

    private static Value Value(Detection d, string name) => d.Values.Single(v => v.Key == name).Value;

    private static double Value(Aggregate a, string name) => a.Values.Single(v => v.Key == name).Value.Number;

    private static List<Timestamp> Instants(JsonElement list) =>
        [.. list.EnumerateArray().Select(t => RecordedData.Local(t.GetString()!))];

    private static List<Timestamp> Firsts(JsonElement list) =>
        [.. list.EnumerateArray().Select(t => RecordedData.Local(t[0].GetString()!))];

    private static List<(Timestamp From, Timestamp To)> Pairs(JsonElement list) =>
        [
            .. list.EnumerateArray()
                .Select(t => (RecordedData.Local(t[0].GetString()!), RecordedData.Local(t[1].GetString()!))),
        ];
}
