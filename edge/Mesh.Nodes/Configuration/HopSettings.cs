using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>How a node's lanes go up: the part of <c>uplink</c> that agents and fogs share.</summary>
public sealed record HopSettings
{
    /// <summary>How long an acknowledged item is still sent to another fog that does not have it; default 1 h.</summary>
    public TimeSpan KeepAfterAck { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long an agent stays with a lower fog before it looks for the preferred one; default 5 min.</summary>
    public TimeSpan PreferAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The first connection is made at a random time below this; default 0.</summary>
    public TimeSpan ReconnectSpread { get; init; }

    /// <summary>Bytes a second of readings and aggregates at most, before compression; null: without bound.</summary>
    public long? Rate { get; init; }

    /// <summary>How old an item may be and still be sent, by lane; null: however old. Counted from when it was journaled.</summary>
    public IReadOnlyList<TimeSpan?> Ttl { get; init; } = [null, null, null, null];

    /// <summary>Reads the keys; whoever reads the others closes the fields.</summary>
    public static HopSettings Read(YamlFields? uplink, Diagnostics diagnostics)
    {
        var settings = new HopSettings();
        return uplink is null
            ? settings
            : settings with
            {
                KeepAfterAck = uplink.Duration("keep_after_ack") ?? settings.KeepAfterAck,
                PreferAfter = uplink.Duration("prefer_after", zero: false) ?? settings.PreferAfter,
                ReconnectSpread = uplink.Duration("reconnect_spread") ?? settings.ReconnectSpread,
                Rate = ReadRate(uplink, diagnostics),
                Ttl = ReadTtl(uplink),
            };
    }

    private static List<TimeSpan?> ReadTtl(YamlFields uplink)
    {
        var ttl = uplink.Fields("ttl", "times to live by lane");
        var times = Lanes.All.Select(lane => ttl?.Duration(Lanes.Name(lane), zero: false)).ToList();
        ttl?.Close();
        return times;
    }

    private static long? ReadRate(YamlFields uplink, Diagnostics diagnostics)
    {
        if (uplink.Scalar("rate") is not { } scalar)
        {
            return null;
        }

        foreach (var (unit, bytes) in s_units)
        {
            if (
                scalar.Text.EndsWith(unit, StringComparison.Ordinal)
                && int.TryParse(
                    scalar.Text.AsSpan(..^unit.Length),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                && number > 0
            )
            {
                return number * bytes;
            }
        }

        diagnostics.Error(
            scalar,
            $"'rate' is {scalar.Description}; bytes a second such as 256KiB/s, 2MiB/s or 500B/s are expected"
        );
        return null;
    }

    private static readonly (string Unit, long Bytes)[] s_units = [("KiB/s", 1024), ("MiB/s", 1024 * 1024), ("B/s", 1)];
}
