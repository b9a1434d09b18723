using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>
/// Carries a command out and says what became of it. It is called once at a time per actuator; an exception counts as
/// <c>failed</c> with its message.
/// </summary>
public delegate Task<CommandResult> Obey(Command command, CancellationToken cancellation);

/// <summary>
/// The devices this agent can act on. A command is carried out at most once, by its id; an expired one never. Time that
/// it waits here for the one before it counts towards its expiry.
/// </summary>
public sealed class Actuators(TimeProvider time)
{
    /// <summary>Commands whose results are remembered; a repetition of an older one would be carried out again, unless it has expired, as it will have.</summary>
    public const int Remembered = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Device, string Sensor), Actuator> _actuators = [];
    private readonly Dictionary<string, Task<CommandResult>> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <exception cref="ArgumentException">The device has an actuator for this sensor already.</exception>
    public void Add(string device, string sensor, Obey obey)
    {
        lock (_gate)
        {
            _actuators.Add((device, sensor), new Actuator(obey));
        }
    }

    /// <summary>Whether the agent drives the device at all.</summary>
    public bool Drives(string device)
    {
        lock (_gate)
        {
            return _actuators.Keys.Any(k => k.Device == device);
        }
    }

    /// <summary>Takes over what an earlier run of the agent has done, so that it is not done again.</summary>
    public void Remember(CommandResult result)
    {
        lock (_gate)
        {
            Keep(result.Id, Task.FromResult(result));
        }
    }

    /// <summary>
    /// Carries a command out, or gives the result it had. <see cref="Command.ExpiresMs"/> counts from the call.
    /// </summary>
    public Task<CommandResult> ExecuteAsync(Command command, CancellationToken cancellation)
    {
        var arrived = time.GetTimestamp();
        lock (_gate)
        {
            if (_known.TryGetValue(command.Id, out var known))
            {
                return known;
            }

            var running = _actuators.TryGetValue((command.Device, command.Sensor), out var actuator)
                ? RunAsync(actuator, command, arrived, cancellation)
                : Task.FromResult(Unknown(command));
            Keep(command.Id, running);
            return running;
        }
    }

    private async Task<CommandResult> RunAsync(
        Actuator actuator,
        Command command,
        long arrived,
        CancellationToken cancellation
    )
    {
        // The caller holds the registry: what an actuator does must not happen inside it.
        await Task.Yield();
        try
        {
            await actuator.Turn.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return new CommandResult(command.Id, "failed", "the agent was stopped before it came to it");
        }

        try
        {
            if (time.GetElapsedTime(arrived).TotalMilliseconds >= command.ExpiresMs)
            {
                return new CommandResult(command.Id, "expired", $"it was valid for {command.ExpiresMs} ms");
            }

            return await actuator.Obey(command, cancellation);
        }
        catch (Exception e)
        {
            // Whatever a driver throws is the world's trouble: it is the answer, and the agent goes on.
            return new CommandResult(command.Id, "failed", e.Message);
        }
        finally
        {
            actuator.Turn.Release();
        }
    }

    private CommandResult Unknown(Command command)
    {
        var sensors = _actuators
            .Keys.Where(k => k.Device == command.Device)
            .Select(k => k.Sensor)
            .Order(StringComparer.Ordinal)
            .ToList();
        return sensors.Count == 0
            ? new CommandResult(command.Id, "unknown-device", $"this agent does not drive '{command.Device}'")
            : new CommandResult(
                command.Id,
                "failed",
                $"'{command.Device}' has no '{command.Sensor}' to set; it has {string.Join(", ", sensors)}"
            );
    }

    private void Keep(string id, Task<CommandResult> result)
    {
        if (_known.TryAdd(id, result))
        {
            _order.Enqueue(id);
            if (_order.Count > Remembered)
            {
                _known.Remove(_order.Dequeue());
            }
        }
    }

    private sealed record Actuator(Obey Obey)
    {
        public SemaphoreSlim Turn { get; } = new(1);
    }
}
