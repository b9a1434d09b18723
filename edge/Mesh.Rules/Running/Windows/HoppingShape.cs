using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>
/// Windows <c>[T - d, T)</c> at every T of a grid. There is a timer only while there are readings that a coming window
/// will see, unless empty windows are said too.
/// </summary>
internal sealed class HoppingShape(HoppingDefinition definition, bool emitEmpty) : WindowShape
{
    private readonly long _size = CompiledRule.Micros(definition.Size);
    private readonly long _every = CompiledRule.Micros(definition.Every);

    public override bool Slides => true;

    public override void Start(WindowState window, long at)
    {
        if (emitEmpty && definition.Align.Kind == WindowAlignment.Epoch)
        {
            window.DueMicros = NextAfter(window, at);
        }
    }

    public override void Take(in WindowCall call, Reading reading, int sensor)
    {
        var (window, readings) = (call.Window, call.Sliding);
        definition.Align.Anchor(window, call.Now);
        var next = NextAfter(window, call.Now);
        if (window.DueMicros == DueItem.NotDue || (readings.Count == 0 && next < window.DueMicros))
        {
            window.DueMicros = next;
        }

        // With steps longer than the window no window sees what lies between two of them.
        if (call.Now >= next - _size)
        {
            call.Rule.MakeRoom(readings);
            call.Add(reading);
        }
        else if (readings.Count == 0 && !emitEmpty)
        {
            window.DueMicros = DueItem.NotDue;
        }
    }

    public override void Due(in WindowCall call)
    {
        var (window, readings) = (call.Window, call.Sliding);
        var at = window.DueMicros;
        readings.RemoveBefore(at - _size);
        if (readings.Count > 0 || emitEmpty)
        {
            call.Say(at - _size, at);
        }

        readings.RemoveBefore(at + _every - _size);
        window.DueMicros = readings.Count > 0 || emitEmpty ? at + _every : DueItem.NotDue;
    }

    private long NextAfter(WindowState window, long at) => definition.Align.NotAfter(window, at, _every) + _every;
}
