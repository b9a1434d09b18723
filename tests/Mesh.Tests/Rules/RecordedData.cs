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
