using System.Globalization;
using System.Text.Json;

namespace Mesh.Cli;

/// <summary>
/// The account of a demo: what the building says it produced, beside what the cloud says it has. Neither side asks the
/// other: the first is the simulator's own count, the second is read back over REST.
/// </summary>
internal sealed class DemoLedger
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<string, long> _produced = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _delivered = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Rule, string Kind), long> _atFogs = [];
    private readonly SortedDictionary<(string Rule, string Kind), long> _atCloud = [];

    public long Produced => _produced.Values.Sum();

    public long Delivered => _delivered.Values.Sum();

    /// <summary>Readings of devices of which less arrived than was produced.</summary>
    public long Lost => _produced.Sum(p => Math.Max(0, p.Value - _delivered.GetValueOrDefault(p.Key)));

    /// <summary>Readings of devices of which more arrived than was produced.</summary>
    public long Doubled => _delivered.Sum(d => Math.Max(0, d.Value - _produced.GetValueOrDefault(d.Key)));

    /// <summary>Detections by rule and kind, as the cloud has them.</summary>
    public IReadOnlyDictionary<(string Rule, string Kind), long> Detections => _atCloud;

    public bool Agrees => Produced > 0 && Lost == 0 && Doubled == 0 && _atFogs.SequenceEqual(_atCloud);

    public void ReadProduced(IEnumerable<string> files)
    {
        foreach (var file in files.Where(File.Exists))
        {
            using var counts = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var device in counts.RootElement.EnumerateObject())
            {
                _produced[device.Name] = _produced.GetValueOrDefault(device.Name) + device.Value.GetInt64();
            }
        }
    }

    /// <summary>Asks until both ends agree, or until it is clear that they will not.</summary>
    public async Task SettleAsync(NodeClient cloud, IReadOnlyList<NodeClient> fogs, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await CountAsync(cloud, fogs, cancel);
            if (Agrees || TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                return;
            }

            await Task.Delay(200, cancel);
        }
    }

    private async Task CountAsync(NodeClient cloud, IReadOnlyList<NodeClient> fogs, CancellationToken cancel)
    {
        _delivered.Clear();
        _atFogs.Clear();
        _atCloud.Clear();
        await foreach (var aggregate in PagesAsync(cloud, "v1/aggregates", cancel))
        {
            if (aggregate.TryGetProperty("device", out var device))
            {
                var name = device.GetString()!;
                _delivered[name] = _delivered.GetValueOrDefault(name) + aggregate.GetProperty("count").GetInt64();
            }
        }

        await CountAsync(cloud, _atCloud, cancel);
        foreach (var fog in fogs)
        {
            await CountAsync(fog, _atFogs, cancel);
        }
    }

    private static async Task CountAsync(
        NodeClient node,
        SortedDictionary<(string Rule, string Kind), long> into,
        CancellationToken cancel
    )
    {
        await foreach (var detection in PagesAsync(node, "v1/detections", cancel))
        {
            var key = (detection.GetProperty("rule").GetString()!, detection.GetProperty("kind").GetString()!);
            into[key] = into.GetValueOrDefault(key) + 1;
        }
    }

    private static async IAsyncEnumerable<JsonElement> PagesAsync(
        NodeClient node,
        string path,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        string? next = null;
        do
        {
            var cursor = next is null ? "" : $"&after={Uri.EscapeDataString(next)}";
            using var page = await node.GetAsync(
                string.Create(CultureInfo.InvariantCulture, $"{path}?fresh=true&limit=1000{cursor}"),
                cancel
            );
            foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
            {
                yield return item;
            }

            next = page.RootElement.TryGetProperty("next", out var more) ? more.GetString() : null;
        } while (next is not null);
    }
}
