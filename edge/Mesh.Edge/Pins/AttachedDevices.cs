using System.Device.Gpio;

namespace Mesh.Edge;

/// <summary>
/// The sensors and actuators of one agent, opened as its configuration says. What cannot be opened is told in
/// <see cref="Problems"/>, one sentence each, and the others go on.
/// </summary>
public sealed class AttachedDevices : IDisposable
{
    private readonly List<IDisposable> _open = [];
    private readonly List<string> _problems = [];
    private readonly SensorFeed _feed;
    private readonly TimeProvider _time;
    private readonly Func<GpioController> _realPins;
    private readonly GpioController _simulatedPins;
    private GpioController? _real;
    private string? _noPins;

    /// <param name="settings">What to open.</param>
    /// <param name="feed">Where readings go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="realPins">Opens this machine's pins: <c>() => new GpioController()</c> in the product.</param>
    public AttachedDevices(AgentSettings settings, SensorFeed feed, TimeProvider time, Func<GpioController> realPins)
    {
        _feed = feed;
        _time = time;
        _realPins = realPins;
        Simulated = new SimulatedGpioDriver(1024);
        _simulatedPins = new GpioController(Simulated);
        Actuators = new Actuators(time);
        foreach (var sensor in settings.Sensors)
        {
            Try(sensor.Place, Name(sensor.Options.Identity), () => Open(sensor));
        }

        foreach (var actuator in settings.Actuators)
        {
            Try(actuator.Place, Name(actuator.Identity), () => Open(actuator));
        }
    }

    /// <summary>The simulated pins, for whoever plays the world.</summary>
    public SimulatedGpioDriver Simulated { get; }

    public Actuators Actuators { get; }

    /// <summary>What could not be opened, and why.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public void Dispose()
    {
        foreach (var device in _open)
        {
            device.Dispose();
        }

        _simulatedPins.Dispose();
        _real?.Dispose();
    }

    private void Open(SensorSettings sensor) =>
        _open.Add(new PinSensor(Pins(sensor.Driver), sensor.Options, _feed, _time));

    private void Open(ActuatorSettings actuator)
    {
        var identity = actuator.Identity;
        if (actuator.Lock is { } options)
        {
            Actuators.Add(identity.Device, identity.Sensor, new SimulatedLock(options, _feed, _time).ObeyAsync);
            return;
        }

        var pin = new PinActuator(Pins(actuator.Driver), actuator.Pin, actuator.ActiveLow, identity, _feed, _time);
        _open.Add(pin);
        Actuators.Add(identity.Device, identity.Sensor, pin.ObeyAsync);
    }

    private GpioController Pins(PinDriver driver)
    {
        if (driver != PinDriver.Gpio)
        {
            return _simulatedPins;
        }

        if (_noPins is not null)
        {
            throw new NoPinsException(_noPins);
        }

        try
        {
            return _real ??= _realPins();
        }
        catch (Exception e)
        {
            _noPins = $"this machine has no GPIO pins that can be used ({FirstSentence(e)})";
            throw new NoPinsException(_noPins);
        }
    }

    private void Try(string place, string name, Action open)
    {
        try
        {
            open();
        }
        catch (Exception e)
        {
            // Drivers throw all kinds; one bad wire must not silence the others.
            var message = $"{place}: {name} is silent: {FirstSentence(e)}";
            if (e is not NoPinsException || !_problems.Exists(p => p.Contains(e.Message, StringComparison.Ordinal)))
            {
                _problems.Add(message);
            }
        }
    }

    private static string Name(SensorIdentity identity) => $"{identity.Device}/{identity.Sensor}";

    private static string FirstSentence(Exception e) => e.Message.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd('.');

    private sealed class NoPinsException(string message) : Exception(message);
}
