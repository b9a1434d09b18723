using System.Device.Gpio;

namespace Mesh.Edge;

/// <summary>
/// Pins that exist only in memory, under a real <see cref="GpioController"/>: what is programmed against pins runs
/// unchanged on a machine without any. The world outside sets inputs with <see cref="Drive"/> and sees outputs with
/// <see cref="Level"/> and <see cref="Written"/>.
/// </summary>
public sealed class SimulatedGpioDriver : GpioDriver
{
    private readonly Lock _gate = new();
    private readonly Pin[] _pins;

    /// <param name="pins">How many there are, numbered from 0; a Raspberry Pi has 28.</param>
    public SimulatedGpioDriver(int pins = 28)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pins, 1);
        _pins = [.. Enumerable.Range(0, pins).Select(_ => new Pin())];
    }

    /// <summary>The program wrote to an output pin: number and level. Called on the writing thread.</summary>
    public Action<int, PinValue>? Written { get; set; }

    protected override int PinCount => _pins.Length;

    /// <summary>
    /// The world puts a level on a pin. Edges call the handlers on the caller's thread, as a real driver does on one of
    /// its own. A pin that is not open or is an output keeps the level for later.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such pin.</exception>
    public void Drive(int pin, PinValue level)
    {
        PinChangeEventHandler? handlers = null;
        PinEventTypes edge;
        lock (_gate)
        {
            var state = Find(pin);
            var before = Input(state);
            state.Driven = level;
            edge = level == PinValue.High ? PinEventTypes.Rising : PinEventTypes.Falling;
            if (state.IsOpen && state.Mode != PinMode.Output && before != level)
            {
                handlers = edge == PinEventTypes.Rising ? state.Rising : state.Falling;
            }
        }

        handlers?.Invoke(this, new PinValueChangedEventArgs(edge, pin));
    }

    /// <summary>The level on a pin now.</summary>
    public PinValue Level(int pin)
    {
        lock (_gate)
        {
            var state = Find(pin);
            return state.Mode == PinMode.Output ? state.Output : Input(state);
        }
    }

    protected override void OpenPin(int pinNumber)
    {
        lock (_gate)
        {
            Find(pinNumber).IsOpen = true;
        }
    }

    protected override void ClosePin(int pinNumber)
    {
        lock (_gate)
        {
            var state = Find(pinNumber);
            (state.IsOpen, state.Rising, state.Falling) = (false, null, null);
        }
    }

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) =>
        mode is PinMode.Input or PinMode.InputPullDown or PinMode.InputPullUp or PinMode.Output;

    protected override void SetPinMode(int pinNumber, PinMode mode)
    {
        lock (_gate)
        {
            Find(pinNumber).Mode = mode;
        }
    }

    protected override PinMode GetPinMode(int pinNumber)
    {
        lock (_gate)
        {
            return Find(pinNumber).Mode;
        }
    }

    protected override PinValue Read(int pinNumber) => Level(pinNumber);

    protected override void Write(int pinNumber, PinValue value)
    {
        lock (_gate)
        {
            Find(pinNumber).Output = value;
        }

        Written?.Invoke(pinNumber, value);
    }

    protected override void AddCallbackForPinValueChangedEvent(
        int pinNumber,
        PinEventTypes eventTypes,
        PinChangeEventHandler callback
    )
    {
        lock (_gate)
        {
            var state = Find(pinNumber);
            state.Rising += eventTypes.HasFlag(PinEventTypes.Rising) ? callback : null;
            state.Falling += eventTypes.HasFlag(PinEventTypes.Falling) ? callback : null;
        }
    }

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback)
    {
        lock (_gate)
        {
            var state = Find(pinNumber);
            state.Rising -= callback;
            state.Falling -= callback;
        }
    }

    protected override WaitForEventResult WaitForEvent(
        int pinNumber,
        PinEventTypes eventTypes,
        CancellationToken cancellationToken
    )
    {
        using var happened = new ManualResetEventSlim();
        var edge = PinEventTypes.None;
        void Handler(object sender, PinValueChangedEventArgs e)
        {
            edge = e.ChangeType;
            happened.Set();
        }

        AddCallbackForPinValueChangedEvent(pinNumber, eventTypes, Handler);
        try
        {
            happened.Wait(cancellationToken);
            return new WaitForEventResult { EventTypes = edge, TimedOut = false };
        }
        catch (OperationCanceledException)
        {
            return new WaitForEventResult { EventTypes = PinEventTypes.None, TimedOut = true };
        }
        finally
        {
            RemoveCallbackForPinValueChangedEvent(pinNumber, Handler);
        }
    }

    // What nothing drives is pulled; without a pull it floats, here to low.
    private static PinValue Input(Pin pin) =>
        pin.Driven ?? (pin.Mode == PinMode.InputPullUp ? PinValue.High : PinValue.Low);

    private Pin Find(int number)
    {
        if (number < 0 || number >= _pins.Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(number),
                $"there is no pin {number}; there are 0 to {_pins.Length - 1}"
            );
        }

        return _pins[number];
    }

    private sealed class Pin
    {
        public bool IsOpen { get; set; }

        public PinMode Mode { get; set; } = PinMode.Input;

        public PinValue? Driven { get; set; }

        public PinValue Output { get; set; } = PinValue.Low;

        public PinChangeEventHandler? Rising { get; set; }

        public PinChangeEventHandler? Falling { get; set; }
    }
}
