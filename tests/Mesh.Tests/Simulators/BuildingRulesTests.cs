using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Yaml;
using Mesh.Simulators;
using Xunit;

namespace Mesh.Tests.Simulators;

public sealed class BuildingRulesTests
{
    private static readonly BuildingOptions Monday = new();

    [Fact]
    public void The_rules_of_the_building_are_without_fault()
    {
        Compiled(out var diagnostics);

        Assert.Equal([], diagnostics.Items.Select(d => d.ToString()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Half_an_hour_fires_every_rule_of_the_day_and_locks_what_was_open(int seed)
    {
        var (outputs, building, unlocked) = Run(Monday with { Seed = seed, Jams = 0 }, TimeSpan.FromMinutes(30));

        var said = outputs.Select(o => o.Event).OfType<Detection>().Select(d => $"{d.Rule} {d.Kind}").ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "empty-unlocked Fire",
                "empty-unlocked Clear",
                "co2-high Fire",
                "co2-high Clear",
                "power-left-on Fire",
                "room-cold Fire",
                "fridge-warm Fire",
                "floor-in-use Fire",
                "room-used Match",
            },
            said
        );
        Assert.DoesNotContain("night-motion Match", said);
        Assert.DoesNotContain("unlocked-at-night Fire", said);

        // The order reached the lock: every room that was found open and empty was locked, and clears.
        Assert.Equal(
            outputs.Count(o => o.Event is Detection { Rule: "empty-unlocked", Kind: DetectionKind.Fire }),
            unlocked.Count
        );
        Assert.NotEmpty(unlocked);
        Assert.True(building.Total > 10_000);
    }

    [Fact]
    public void A_night_finds_the_floors_empty_and_no_door_open()
    {
        var (outputs, _, _) = Run(Monday with { Jams = 0, Rooms = 10 }, TimeSpan.FromHours(8));

        var said = outputs.Select(o => o.Event).OfType<Detection>().Select(d => $"{d.Rule} {d.Kind}").ToHashSet();
        Assert.Contains("floor-empty Fire", said);
        Assert.Contains("floor-in-use Clear", said);
        Assert.DoesNotContain("unlocked-at-night Fire", said);
    }

    [Fact]
    public void A_lock_that_always_jams_is_found_unlocked_at_night()
    {
        var (outputs, _, _) = Run(Monday with { Jams = 1, Rooms = 10 }, TimeSpan.FromHours(5));

        Assert.Contains(outputs, o => o.Event is Detection { Rule: "unlocked-at-night", Kind: DetectionKind.Fire });
    }

    // Building and rules in one loop: what the rules order, the building does within its next step.
    private static (List<RuleOutput> Outputs, Building Building, List<string> Commands) Run(
        BuildingOptions options,
        TimeSpan length
    )
    {
        var engine = new RuleEngine(new RuleEngineOptions { Clock = ClockKind.Recorded });
        engine.Load(Compiled(out _));
        var building = new Building(options);
        var (outputs, fresh, commands) = (new List<RuleOutput>(), new List<RuleOutput>(), new List<string>());
        while (building.Now < options.Start + length)
        {
            foreach (var reading in building.AdvanceTo(building.Now + TimeSpan.FromSeconds(Building.Step)))
            {
                engine.Offer("building", reading);
            }

            engine.Mark("building", building.Now, final: false);
            fresh.Clear();
            engine.DrainOutputs(fresh);
            outputs.AddRange(fresh);
            foreach (var order in fresh.SelectMany(o => o.Actions).OfType<CommandAction>())
            {
                commands.Add(order.Device);
                building.Execute(new Command(order.Id, order.Device, order.Sensor, order.Value, 30_000, null));
            }
        }

        return (outputs, building, commands);
    }

    private static IReadOnlyList<CompiledRule> Compiled(out Diagnostics diagnostics)
    {
        diagnostics = new Diagnostics();
        return RuleCompiler.CompileAll(BuildingRules.Files.Select(f => (f.Name, f.Text)), diagnostics);
    }
}
