using System.Device.Gpio;
using Mesh.Contracts;

namespace Mesh.Edge;

/// <summary>A relay or LED on a pin: <c>true</c> switches it on, <c>false</c> off; it says its state after each.</summary>
public sealed class PinActuator : IDisposable
{
    private readonly SensorIdentity _identity;
    private readonly bool _activeLow;
    private readonly SensorFeed _feed;
    private readonly TimeProvider _time;
    private readonly GpioPin _pin;

    /// <summary>Opens the pin as an output that is off, and says so.</summary>
    /// <exception cref="Exception">Whatever the driver throws for a pin that cannot be opened.</exception>
    public PinActuator(
        GpioController controller,
        int pin,
        bool activeLow,
        SensorIdentity identity,
        SensorFeed feed,
        TimeProvider time
    )
    {
        _identity = identity;
        _activeLow = activeLow;
        _feed = feed;
        _time = time;
        _pin = controller.OpenPin(pin, PinMode.Output, Level(on: false));
        Say(on: false);
    }

    /// <summary>An <see cref="Obey"/>.</summary>
    public Task<CommandResult> ObeyAsync(Command command, CancellationToken cancellation)
    {
        if (command.Value.Kind != ValueKind.Boolean)
        {
            return Task.FromResult(
                new CommandResult(command.Id, "failed", $"'{command.Value}' was ordered; true or false is expected")
            );
        }

        _pin.Write(Level(command.Value.IsTrue));
        Say(command.Value.IsTrue);
        return Task.FromResult(new CommandResult(command.Id, "done", null));
    }

    public void Dispose() => _pin.Dispose();

    private PinValue Level(bool on) => on != _activeLow ? PinValue.High : PinValue.Low;

    private void Say(bool on) => _feed.Publish(_identity, Value.Of(on), Timestamp.From(_time.GetUtcNow()));
}
