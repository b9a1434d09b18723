using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>
/// The last d: a reading is in the window over <c>[t, t + d)</c>. Said after each reading, and (unless
/// <c>every: reading</c>) whenever readings leave. When the last one has left, an episode's condition looks once more, so
/// that <c>count() &gt; 0</c> ends; anything else is said of an empty window only with <c>emit_empty</c>.
/// </summary>
internal sealed class SlidingShape(SlidingDefinition definition, bool emitEmpty, bool hasEpisode) : WindowShape
{
    private readonly long _size = CompiledRule.Micros(definition.Size);

    public override bool Slides => true;

    public override void Take(in WindowCall call, Reading reading, int sensor)
    {
        var readings = call.Sliding;
        readings.RemoveBefore(call.Now - _size + 1);
        call.Rule.MakeRoom(readings);
        call.Add(reading);
        Schedule(call.Window, readings);
        call.Say(call.Now - _size, call.Now);
    }

    public override void Due(in WindowCall call)
    {
        var readings = call.Sliding;
        readings.RemoveBefore(call.Now - _size + 1);
        Schedule(call.Window, readings);
        if (readings.Count > 0 || emitEmpty || hasEpisode)
        {
            call.Say(call.Now - _size, call.Now);
        }
    }

    private void Schedule(WindowState window, SlidingReadings readings) =>
        window.DueMicros =
            definition.OnlyReadings || readings.Count == 0 ? DueItem.NotDue : readings.FirstInstant + _size;
}
