using System.Threading.Channels;
using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.Edge;

/// <summary>
/// Where the agent's own sensors put what they saw: readings get their number (per device, from 1 within the agent's
/// boot) and leave in that order, as the node takes them.
/// </summary>
/// <param name="source">The agent, an id.</param>
/// <param name="boot">This run of the agent's numbering, 0 to 2^53-1, never used before.</param>
/// <param name="capacity">
/// Readings kept while the node takes none. When it is full the newest is refused and counted in <see cref="Lost"/>: an
/// interrupt cannot wait.
/// </param>
public sealed class SensorFeed(string source, long boot, int capacity = 10_000)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly Channel<Reading> _readings = Channel.CreateBounded<Reading>(
        new BoundedChannelOptions(capacity) { SingleReader = true }
    );

    /// <summary>Readings refused because the node took none for too long.</summary>
    public long Lost { get; private set; }

    /// <summary>Readings accepted so far.</summary>
    public long Published { get; private set; }

    /// <summary>Numbers a reading and queues it; false when there is no room. Never waits, safe from any thread.</summary>
    public bool Publish(SensorIdentity sensor, Value value, Timestamp at)
    {
        lock (_gate)
        {
            var seq = _numbers.GetValueOrDefault(sensor.Device) + 1;
            var reading = new Reading
            {
                Device = sensor.Device,
                Sensor = sensor.Sensor,
                Value = value,
                At = at,
                Seq = seq,
                Boot = boot,
                Unit = sensor.Unit,
                Labels = sensor.Labels,
            };

            // A number is used up only by a reading that is queued: what is lost here was never said.
            if (!_readings.Writer.TryWrite(reading))
            {
                Lost++;
                return false;
            }

            _numbers[sensor.Device] = seq;
            Published++;
            return true;
        }
    }

    /// <summary>No more readings will come; <see cref="RunAsync"/> ends when the queue is empty.</summary>
    public void Complete() => _readings.Writer.TryComplete();

    /// <summary>Hands readings to the node, as many at once as there are, until it is cancelled or completed.</summary>
    public async Task RunAsync(Func<NodeInput, CancellationToken, ValueTask> accept, CancellationToken cancellation)
    {
        await accept(new SourceChanged(source, Alive: true), cancellation);
        while (await _readings.Reader.WaitToReadAsync(cancellation))
        {
            var batch = new List<Reading>();
            while (batch.Count < Limits.BatchReadings && _readings.Reader.TryRead(out var reading))
            {
                batch.Add(reading);
            }

            await accept(new ReadingsArrived(source, batch, null), cancellation);
        }
    }
}

/// <summary>Whose readings they are: device, sensor, unit and the labels of the configuration.</summary>
public sealed record SensorIdentity(string Device, string Sensor, string? Unit, Labels Labels);
