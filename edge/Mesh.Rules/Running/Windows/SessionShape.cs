using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>Readings each less than a gap after the one before; said when the gap has passed without a reading.</summary>
internal sealed class SessionShape(SessionDefinition definition) : WindowShape
{
    private readonly long _gap = CompiledRule.Micros(definition.Gap);

    public override void Take(in WindowCall call, Reading reading, int sensor)
    {
        var window = call.Window;
        if (!window.IsOpen)
        {
            (window.IsOpen, window.StartMicros) = (true, call.Now);
        }

        window.DueMicros = call.Now + _gap;
        call.Add(reading);
    }

    public override void Due(in WindowCall call)
    {
        var window = call.Window;
        call.Say(window.StartMicros, window.DueMicros);
        call.Totals.Clear();
        (window.IsOpen, window.DueMicros) = (false, DueItem.NotDue);
    }
}
