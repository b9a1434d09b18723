using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Mesh.World;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh world</c>: the whole mesh in virtual time, with faults drawn from a seed and a referee.</summary>
internal static class WorldCommand
{
    /// <summary>Lines of the trace shown with a broken promise.</summary>
    private const int Shown = 60;

    public static Command Create()
    {
        var seed = new Option<long?>("--seed")
        {
            Description = "Which run; without it one by chance, which is printed",
        };
        var minutes = Number("--minutes", 10, "Virtual minutes in which things go wrong, 1 to 100000");
        var edges = Number("--edges", 3, "Agents, 1 to 100");
        var fogs = Number("--fogs", 2, "Fogs, 1 to 20");
        var faults = new Option<string>("--faults")
        {
            Description = $"What goes wrong: all, none, or some of {Names<Faults>(f => int.PopCount((int)f) == 1)}",
            DefaultValueFactory = _ => "all",
        };
        var mutant = new Option<string>("--mutant")
        {
            Description = $"A defect that the referee must find: none, {Names<Mutant>(m => m != Mutant.None)}",
            DefaultValueFactory = _ => "none",
        };
        var runs = Number("--runs", 1, "So many runs, with this seed and those after it");
        var untilFailure = new Option<bool>("--until-failure")
        {
            Description = "Run after run until a promise is broken",
        };
        var trace = new Option<string?>("--trace") { Description = "File for every line of the (last) run" };
        var command = new Command(
            "world",
            "Simulate a whole mesh in virtual time: power cuts, full disks, partitions, wrong clocks; every promise is checked\n\n"
                + "  mesh world --seed 7 --minutes 30\n"
                + "  mesh world --until-failure --minutes 5\n\n"
                + "The same seed and options give the same run. Exit code 1 when a promise was broken."
        )
        {
            seed,
            minutes,
            edges,
            fogs,
            faults,
            mutant,
            runs,
            untilFailure,
            trace,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(() =>
                    RunAsync(
                        new WorldOptions
                        {
                            Seed = parsed.GetValue(seed) ?? RandomNumberGenerator.GetInt32(1, int.MaxValue),
                            Duration = TimeSpan.FromMinutes(InRange("--minutes", parsed.GetValue(minutes), 100_000)),
                            Edges = InRange("--edges", parsed.GetValue(edges), 100),
                            Fogs = InRange("--fogs", parsed.GetValue(fogs), 20),
                            Faults = Flags(parsed.GetValue(faults)!),
                            Mutant = One<Mutant>("--mutant", parsed.GetValue(mutant)!),
                        },
                        parsed.GetValue(untilFailure)
                            ? int.MaxValue
                            : InRange("--runs", parsed.GetValue(runs), int.MaxValue),
                        parsed.GetValue(trace),
                        cancel
                    )
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(WorldOptions options, int runs, string? trace, CancellationToken cancel)
    {
        for (var run = 0; run < runs && !cancel.IsCancellationRequested; run++)
        {
            await using var to = trace is null ? null : new StreamWriter(trace);
            using var world = new WorldRun(options with { Seed = options.Seed + run, Trace = to });
            var report = world.Run();
            await Terminal.Out.WriteLineAsync(Line(options.Seed + run, report));
            if (report.Violation is { } violation)
            {
                foreach (var line in report.Trace.TakeLast(Shown))
                {
                    await Terminal.Out.WriteLineAsync(line);
                }

                await Terminal.Error.WriteLineAsync($"mesh: seed {options.Seed + run} breaks {violation}");
                return Exit.Failed;
            }
        }

        return Exit.Fine;
    }

    private static string Line(long seed, WorldReport r) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            seed {seed}: {(r.Violation is null ? "every promise kept" : $"{r.Promise} broken")}
              {r.Faults} faults: {r.Cuts} power cuts, {r.Kills} kills, {r.Failures} ends by a disk, {r.Moves} moves, {r.Refused} inputs refused by a full disk
              {r.Sent} messages: {r.Lost} lost, {r.Doubled} doubled, {r.Gaps} gaps refused by the cloud
              {r.Readings} readings ({r.DroppedByDevices} given up by their devices); {r.Applied} readings and detections arrived, {r.Declared} are declared missing, {r.Twice} detections came again, {r.Skipped} numbers skipped
              connected {r.Reconnected.TotalSeconds:0} s and at rest {r.Settled.TotalSeconds:0} s after the faults; {r.Steps} steps, trace {r.TraceHash[
                ..16
            ]}
            """
        );

    private static Option<int> Number(string name, int usual, string what) =>
        new(name) { Description = what, DefaultValueFactory = _ => usual };

    private static int InRange(string option, int value, int most) =>
        value >= 1 && value <= most
            ? value
            : throw new UsageException(
                string.Create(CultureInfo.InvariantCulture, $"{option} {value}: a number from 1 to {most} is expected")
            );

    private static Faults Flags(string text)
    {
        var flags = Faults.None;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            flags |= One<Faults>("--faults", name);
        }

        return flags;
    }

    private static T One<T>(string option, string name)
        where T : struct, Enum =>
        Enum.TryParse<T>(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var found)
        && Enum.IsDefined(found)
            ? found
            : throw new UsageException($"{option} {name}: one of {Names<T>(_ => true)} is expected");

    private static string Names<T>(Func<T, bool> which)
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Where(which).Select(Kebab));

    private static string Kebab<T>(T value)
        where T : struct, Enum =>
        string.Concat(
            value
                .ToString()
                .Select((letter, i) => (i > 0 && char.IsUpper(letter) ? "-" : "") + char.ToLowerInvariant(letter))
        );
}
