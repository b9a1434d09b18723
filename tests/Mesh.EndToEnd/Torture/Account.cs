using System.Text.Json;
using Mesh.EndToEnd.Processes;

namespace Mesh.EndToEnd.Torture;

/// <summary>What the cloud has, beside what was handed to the mesh. A device's reading n has value n.</summary>
/// <param name="Missing">Readings that were handed over and are not there.</param>
/// <param name="Twice">Readings that are there more than once.</param>
/// <param name="OutOfOrder">Readings whose number in the device's order is not the one they were sent with.</param>
/// <param name="Delivered">Readings that are there.</param>
public sealed record Account(long Missing, long Twice, long OutOfOrder, long Delivered)
{
    public bool IsRight => Missing == 0 && Twice == 0 && OutOfOrder == 0;

    /// <param name="cloud">Asked over REST.</param>
    /// <param name="handedOver">Of each device, how many readings.</param>
    public static async Task<Account> ReadAsync(NodeApi cloud, IReadOnlyDictionary<string, long> handedOver)
    {
        var found = handedOver.Keys.ToDictionary(d => d, _ => new List<(long Boot, long Seq, long Value)>());
        await foreach (var item in cloud.Items("/v1/readings"))
        {
            if (found.TryGetValue(item.GetProperty("device").GetString()!, out var rows))
            {
                rows.Add((Number(item, "boot"), Number(item, "seq"), Number(item, "value")));
            }
        }

        var (missing, twice, disorder) = (0L, 0L, 0L);
        foreach (var (device, rows) in found)
        {
            var values = rows.Select(r => r.Value).ToHashSet();
            missing += Range(handedOver[device]).Count(n => !values.Contains(n));
            twice += rows.Count - values.Count;
            disorder += rows.GroupBy(r => r.Boot)
                .Sum(boot =>
                    boot.OrderBy(r => r.Seq)
                        .Zip(boot.Select(r => r.Value).Order())
                        .Count(p => p.First.Value != p.Second)
                );
        }

        return new Account(missing, twice, disorder, found.Sum(f => f.Value.Count));
    }

    public override string ToString() =>
        $"{Delivered} delivered, {Missing} missing, {Twice} twice, {OutOfOrder} out of order";

    private static IEnumerable<long> Range(long count)
    {
        for (long n = 1; n <= count; n++)
        {
            yield return n;
        }
    }

    private static long Number(JsonElement item, string name) =>
        item.GetProperty(name).ValueKind == JsonValueKind.Number ? (long)item.GetProperty(name).GetDouble() : -1;
}
