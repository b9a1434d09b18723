using System.Security.Cryptography;
using System.Text;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// Sums up every sensor's readings by the minute of their <c>at</c>, for the tier above. A minute is sent when the clock
/// is <see cref="Grace"/> past its end, or at once when the recording ends. Nothing is dropped: a reading that comes
/// later opens its minute again and makes a further aggregate, which merges with the first where it is stored.
/// </summary>
/// <remarks>
/// Minutes are sent only where the clock passes the end of one, so that a backlog of old readings makes one aggregate per
/// minute and sensor as well, and so that how readings are cut into turns makes no difference. Open minutes are bounded by
/// <see cref="MaxOpen"/>, what one lists by <see cref="OpenMinute.MaxCovers"/>: beyond, a minute is sent early.
/// </remarks>
public sealed class SensorMinutes
{
    private const long Minute = 60_000_000;

    /// <summary>Open (minute, sensor) pairs held at most.</summary>
    public const int MaxOpen = 200_000;

    /// <summary>How long after its end a minute is held open.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<long, Dictionary<(string Device, string Sensor), OpenMinute>> _minutes = [];
    private readonly List<(long Start, string Device, string Sensor, OpenMinute Minute)> _full = [];
    private int _open;
    private long _passed = long.MinValue;
    private long _lastStart = long.MinValue;
    private Dictionary<(string Device, string Sensor), OpenMinute>? _last;

    public void Add(Reading reading)
    {
        var start = reading.At.Micros - PositiveRemainder(reading.At.Micros);
        if (start != _lastStart || _last is null)
        {
            if (!_minutes.TryGetValue(start, out _last))
            {
                _minutes.Add(start, _last = []);
            }

            _lastStart = start;
        }

        if (!_last.TryGetValue((reading.Device, reading.Sensor), out var minute))
        {
            _last.Add((reading.Device, reading.Sensor), minute = new OpenMinute());
            _open++;
        }

        minute.Add(reading);
        if (minute.IsFull)
        {
            _full.Add((start, reading.Device, reading.Sensor, minute));
            _last.Remove((reading.Device, reading.Sensor));
            _open--;
        }
    }

    /// <summary>Whether <see cref="Close"/> has something to do.</summary>
    public bool IsDue(Timestamp clock) => Passed(clock) > _passed || _full.Count > 0 || _open > MaxOpen;

    /// <summary>Takes out the minutes that are over by <paramref name="clock"/>, in the order of start, device and sensor.</summary>
    public void Close(Timestamp clock, bool all, string node, List<Aggregate> into)
    {
        foreach (var (start, device, sensor, minute) in _full)
        {
            into.Add(minute.Build(device, sensor, new Timestamp(start), new Timestamp(start + Minute), clock, node));
        }

        _full.Clear();
        if (!all && !IsDue(clock))
        {
            return;
        }

        _passed = Math.Max(_passed, Passed(clock));
        while (_minutes.Count > 0)
        {
            var (start, sensors) = _minutes.First();
            var end = new Timestamp(start + Minute);
            if (!all && _open <= MaxOpen && end + Grace > clock)
            {
                return;
            }

            foreach (
                var ((device, sensor), minute) in sensors
                    .OrderBy(s => s.Key.Device, StringComparer.Ordinal)
                    .ThenBy(s => s.Key.Sensor, StringComparer.Ordinal)
            )
            {
                into.Add(minute.Build(device, sensor, new Timestamp(start), end, clock, node));
            }

            _open -= sensors.Count;
            _minutes.Remove(start);
            _last = null;
        }
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_passed);
        writer.Write(_minutes.Count);
        foreach (var (start, sensors) in _minutes)
        {
            writer.Write(start);
            writer.Write(sensors.Count);
            foreach (
                var ((device, sensor), minute) in sensors
                    .OrderBy(s => s.Key.Device, StringComparer.Ordinal)
                    .ThenBy(s => s.Key.Sensor, StringComparer.Ordinal)
            )
            {
                writer.Write(device);
                writer.Write(sensor);
                minute.Save(writer);
            }
        }
    }

    public void Restore(BinaryReader reader)
    {
        _minutes.Clear();
        _last = null;
        _open = 0;
        _passed = reader.ReadInt64();
        for (var minutes = reader.ReadInt32(); minutes > 0; minutes--)
        {
            var sensors = new Dictionary<(string, string), OpenMinute>();
            _minutes.Add(reader.ReadInt64(), sensors);
            for (var count = reader.ReadInt32(); count > 0; count--)
            {
                var key = (reader.ReadString(), reader.ReadString());
                sensors.Add(key, OpenMinute.Restore(reader));
                _open++;
            }
        }
    }

    /// <summary>The id of a sensor's minute: the same on every node that sums it up.</summary>
    public static string IdOf(string device, string sensor, Timestamp start)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"minute/{device}/{sensor}/{start}"), hash);
        return Convert.ToHexStringLower(hash[..16]);
    }

    /// <summary>Number of the last minute that is over, with its grace.</summary>
    private static long Passed(Timestamp clock) =>
        (clock - Grace).Micros < 0 ? long.MinValue : (clock - Grace).Micros / Minute;

    private static long PositiveRemainder(long micros) => ((micros % Minute) + Minute) % Minute;
}
