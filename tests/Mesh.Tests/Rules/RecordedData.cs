using System.Globalization;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Tests.Law;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>The recordings of real places, read in the plainest way; tests skip where they are absent.</summary>
internal static class RecordedData
{
    /// <summary>The CASAS home, local times as if they were UTC.</summary>
    public static IEnumerable<Reading> Home()
    {
        var seqs = new Dictionary<string, long>();
        foreach (var line in File.ReadLines(Find("casas-alhome/events_2011-06-15_2011-07-04.txt")))
        {
            yield return HomeReading(line, null, seqs);
        }
    }

    /// <summary>The same events of three days as they arrived; a repeated line keeps its identity.</summary>
    public static IEnumerable<Reading> Arrivals()
    {
        var seqs = new Dictionary<string, long>();
        var seen = new Dictionary<string, long>();
        foreach (var line in File.ReadLines(Find("casas-alhome/arrivals_2011-06-22_24.tsv")))
        {
            var parts = line.Split('\t');
            var reading = HomeReading(parts[1], Local(parts[0]), seqs);
            if (!seen.TryAdd(parts[1], reading.Seq))
            {
                seqs[reading.Device]--;
                reading = Renumbered(reading, seen[parts[1]]);
            }

            yield return reading;
        }
    }

    /// <summary>The UCI office room: occupancy (boolean) and co2 (ppm), in the order of the rows.</summary>
    public static IEnumerable<Reading> Room()
    {
        long seq = 0;
        foreach (var line in File.ReadLines(Find("uci-occupancy/datatraining.txt")).Skip(1))
        {
            var cells = line.Split(',');
            var at = Local(cells[1].Trim('"'));
            var co2 = double.Parse(cells[5], CultureInfo.InvariantCulture);
            yield return Of("room", "co2", Value.Of(co2), at, ++seq);
            yield return Of("room", "occupancy", Value.Of(cells[7] == "1"), at, ++seq);
        }
    }

    /// <summary>The same room or its second recording, with occupancy, light (lux) and co2 (ppm) of each row in this order.</summary>
    public static IEnumerable<Reading> Office(string file)
    {
        long seq = 0;
        foreach (var line in File.ReadLines(Find($"uci-occupancy/{file}")).Skip(1))
        {
            var cells = line.Split(',');
            var at = Local(cells[1].Trim('"'));
            yield return Of("room", "occupancy", Value.Of(cells[7] == "1"), at, ++seq);
            yield return Of("room", "light", Number(cells[4]), at, ++seq);
            yield return Of("room", "co2", Number(cells[5]), at, ++seq);
        }
    }

    /// <summary>
    /// The room with a row every 30 s: people, co2 (unknown where the cell is blank), two PIR sensors, and whether either
    /// of them saw somebody.
    /// </summary>
    public static IEnumerable<Reading> Estimation()
    {
        long seq = 0;
        foreach (var line in File.ReadLines(Find("uci-room-occupancy-estimation/occupancy_2017-12.csv")).Skip(1))
        {
            var cells = line.Split(',');
            var at = Local($"{cells[0]} {cells[1].PadLeft(8, '0')}");
            yield return Of("room", "people", Number(cells[18]), at, ++seq);
            yield return Of("room", "co2", Number(cells[14]), at, ++seq);
            yield return Of("room", "pir", Number(cells[16]), at, ++seq);
            yield return Of("room", "pir", Number(cells[17]), at, ++seq);
            yield return Of("room", "either", Value.Of(cells[16] == "1" || cells[17] == "1" ? 1.0 : 0.0), at, ++seq);
        }
    }

    /// <summary>A series of the Numenta Anomaly Benchmark as readings of a sensor.</summary>
    public static IEnumerable<Reading> Benchmark(string file, string sensor)
    {
        long seq = 0;
        foreach (var line in File.ReadLines(Find($"nab/{file}")).Skip(1))
        {
            var cells = line.Split(',');
            yield return Of("series", sensor, Number(cells[1]), Local(cells[0]), ++seq);
        }
    }

    private static Value Number(string cell) =>
        cell.Length == 0 ? Value.Unknown : Value.Of(double.Parse(cell, CultureInfo.InvariantCulture));

    public static JsonElement Facts(string file) => JsonDocument.Parse(File.ReadAllText(Find(file))).RootElement;

    public static Timestamp Local(string text) =>
        LocalTime.TryParse(text, out var value, out _) ? value : throw new FormatException(text);

    private static Reading HomeReading(string line, Timestamp? received, Dictionary<string, long> seqs)
    {
        var parts = line.Split(' ');
        var (location, word) = (parts[3], parts[4]);
        var sensor =
            word is "OPEN" or "CLOSE" ? "door"
            : location.EndsWith("Light", StringComparison.Ordinal) ? "light"
            : "motion";
        var value = sensor == "door" ? Value.Of(word == "OPEN" ? "open" : "closed") : Value.Of(word == "ON");
        var device = $"{parts[2]}-{location}-{sensor}";
        seqs[device] = seqs.GetValueOrDefault(device) + 1;
        return Of(device, sensor, value, Local($"{parts[0]} {parts[1]}"), seqs[device], received, parts[2], location);
    }

    private static Reading Of(
        string device,
        string sensor,
        Value value,
        Timestamp at,
        long seq,
        Timestamp? received = null,
        string area = "office",
        string location = "office"
    ) =>
        new()
        {
            Device = device,
            Sensor = sensor,
            Value = value,
            At = at,
            Received = received,
            Boot = 1,
            Seq = seq,
            Labels = new Labels([new("area", area), new("location", location)]),
        };

    private static Reading Renumbered(Reading reading, long seq) =>
        new()
        {
            Device = reading.Device,
            Sensor = reading.Sensor,
            Value = reading.Value,
            At = reading.At,
            Received = reading.Received,
            Boot = reading.Boot,
            Seq = seq,
            Labels = reading.Labels,
        };

    private static string Find(string file)
    {
        var folder =
            Environment.GetEnvironmentVariable("MESH_DATA") ?? Path.Combine(Checkout.Root, "..", "shared", "data");
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            Assert.Skip($"no recording {file}: set MESH_DATA to the folder that holds it");
        }

        return path;
    }
}
