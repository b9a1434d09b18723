using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>
/// Windows <c>[a, b)</c>, one after the other. A window opens with its first reading and closes at b, before the
/// readings of that instant; without <c>emit_empty</c> there is no timer between windows, so an idle key costs nothing.
/// </summary>
internal sealed class TumblingShape(TumblingDefinition definition, bool emitEmpty) : WindowShape
{
    private readonly long _size = CompiledRule.Micros(definition.Size);

    public override void Start(WindowState window, long at)
    {
        if (emitEmpty && definition.Align.Kind == WindowAlignment.Epoch)
        {
            Open(window, at);
        }
    }

    public override void Take(in WindowCall call, Reading reading, int sensor)
    {
        var window = call.Window;
        definition.Align.Anchor(window, call.Now);

        // An empty window opened by the start of a rule that looks back by its lateness may lie ahead of the reading.
        if (!window.IsOpen || (window.Content.Count == 0 && call.Now < window.StartMicros))
        {
            Open(window, call.Now);
        }

        call.Add(reading);
    }

    public override void Due(in WindowCall call)
    {
        var window = call.Window;
        var (start, end) = (window.StartMicros, window.DueMicros);
        if (window.Content.Count > 0 || emitEmpty)
        {
            call.Say(start, end);
        }

        call.Totals.Clear();
        (window.IsOpen, window.DueMicros) = (false, DueItem.NotDue);
        if (emitEmpty)
        {
            Open(window, end);
        }
    }

    private void Open(WindowState window, long at)
    {
        window.IsOpen = true;
        window.StartMicros = definition.Align.NotAfter(window, at, _size);
        window.DueMicros = window.StartMicros + _size;
    }
}
