using System.Device.Gpio;
using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>How a pin becomes a sensor.</summary>
public sealed record PinSensorOptions
{
    public required SensorIdentity Identity { get; init; }

    /// <summary>Number of the pin as the driver counts them (on a Raspberry Pi: BCM).</summary>
    public required int Pin { get; init; }

    /// <summary>Active when the pin is low: a contact to ground with a pull-up.</summary>
    public bool ActiveLow { get; init; }

    /// <summary>Input, InputPullUp or InputPullDown.</summary>
    public PinMode Mode { get; init; } = PinMode.Input;

    /// <summary>A new level counts once it has stayed for so long; zero: each edge counts.</summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The value is said again this often although nothing changed, so that silence means a fault; null: never.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>What is said while the pin is active.</summary>
    public Value Active { get; init; } = Value.True;

    /// <summary>What is said while it is not.</summary>
    public Value Inactive { get; init; } = Value.False;
}

/// <summary>
/// A contact, PIR or switch on a pin. It says its value at the start, at each change, and every so often where asked.
/// The instant of a change is that of the first edge towards it, not of the end of the debouncing.
/// </summary>
public sealed class PinSensor : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PinSensorOptions _options;
    private readonly SensorFeed _feed;
    private readonly TimeProvider _time;
    private readonly GpioPin _pin;
    private readonly ITimer _settled;
    private readonly ITimer? _again;
    private PinValue _said;
    private Timestamp? _since;
    private bool _disposed;

    /// <summary>Opens the pin and says its value.</summary>
    /// <exception cref="Exception">
    /// Whatever the driver throws for a pin that does not exist, is taken, or cannot have the mode.
    /// </exception>
    public PinSensor(GpioController controller, PinSensorOptions options, SensorFeed feed, TimeProvider time)
    {
        _options = options;
        _feed = feed;
        _time = time;
        _pin = controller.OpenPin(options.Pin, options.Mode);
        _settled = time.CreateTimer(_ => Settle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            // Listening first: an edge between reading and listening would be lost.
            _pin.ValueChanged += OnEdge;
            lock (_gate)
            {
                _said = _pin.Read();
                Say(Timestamp.From(time.GetUtcNow()));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        if (options.Every is { } every)
        {
            _again = time.CreateTimer(_ => Repeat(), null, every, every);
        }
    }

    private void OnEdge(object sender, PinValueChangedEventArgs e)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _since ??= Timestamp.From(_time.GetUtcNow());
            if (_options.Debounce > TimeSpan.Zero)
            {
                _settled.Change(_options.Debounce, Timeout.InfiniteTimeSpan);
                return;
            }

            // Without debouncing the edge itself says the level: by now the pin may have moved on.
            Become(e.ChangeType == PinEventTypes.Rising ? PinValue.High : PinValue.Low);
        }
    }

    private void Settle()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                Become(_pin.Read());
            }
        }
    }

    private void Become(PinValue level)
    {
        var since = _since ?? Timestamp.From(_time.GetUtcNow());
        _since = null;
        if (level != _said)
        {
            _said = level;
            Say(since);
        }
    }

    private void Repeat()
    {
        lock (_gate)
        {
            // While a change settles, the old value would be said with a later time than the change.
            if (!_disposed && _since is null)
            {
                Say(Timestamp.From(_time.GetUtcNow()));
            }
        }
    }

    private void Say(Timestamp at)
    {
        var active = (_said == PinValue.High) != _options.ActiveLow;
        _feed.Publish(_options.Identity, active ? _options.Active : _options.Inactive, at);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _again?.Dispose();
        _settled.Dispose();
        _pin.ValueChanged -= OnEdge;
        _pin.Dispose();
    }
}
