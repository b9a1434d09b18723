using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>How a simulated lock behaves.</summary>
public sealed record SimulatedLockOptions
{
    public required SensorIdentity Identity { get; init; }

    /// <summary>How long the bolt takes.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Probability that it jams instead, 0 to 1.</summary>
    public double Jams { get; init; }

    /// <summary>Decides which commands jam.</summary>
    public int Seed { get; init; }

    public bool Locked { get; init; }
}

/// <summary>A lock that obeys <c>locked</c> and <c>unlocked</c> and says its state at the start and after each command.</summary>
public sealed class SimulatedLock
{
    private readonly SimulatedLockOptions _options;
    private readonly SensorFeed _feed;
    private readonly TimeProvider _time;
    private readonly Random _chance;

    public SimulatedLock(SimulatedLockOptions options, SensorFeed feed, TimeProvider time)
    {
        if (options.Jams is not (>= 0 and <= 1))
        {
            throw new ArgumentException("a probability from 0 to 1 is expected", nameof(options));
        }

        _options = options;
        _feed = feed;
        _time = time;
        _chance = new Random(options.Seed);
        Locked = options.Locked;
        Say();
    }

    public bool Locked { get; private set; }

    /// <summary>An <see cref="Obey"/>; called once at a time.</summary>
    public async Task<CommandResult> ObeyAsync(Command command, CancellationToken cancellation)
    {
        if (command.Value.Text is not ("locked" or "unlocked") || command.Value.Kind != ValueKind.Text)
        {
            return new CommandResult(
                command.Id,
                "failed",
                $"a lock cannot become '{command.Value}'; locked or unlocked is expected"
            );
        }

        var jams = _chance.NextDouble() < _options.Jams;
        await Task.Delay(_options.Delay, _time, cancellation);
        if (jams)
        {
            Say();
            return new CommandResult(command.Id, "failed", "the lock jammed");
        }

        Locked = command.Value.Text == "locked";
        Say();
        return new CommandResult(command.Id, "done", null);
    }

    private void Say() =>
        _feed.Publish(_options.Identity, Value.Of(Locked ? "locked" : "unlocked"), Timestamp.From(_time.GetUtcNow()));
}
