using Mesh.Contracts;

namespace Mesh.Rules.Running;

/// <summary>
/// The last n readings, looked at with reading m, 2m, … of the key once n exist. An incomplete window is never said.
/// </summary>
internal sealed class CountShape(CountDefinition definition) : WindowShape
{
    // Windows that neither overlap nor leave a reading out need no readings, only totals.
    public override bool Slides => definition.Every != definition.Count;

    public override void Take(in WindowCall call, Reading reading, int sensor)
    {
        if (!Slides)
        {
            Tumble(call, reading);
            return;
        }

        var readings = call.Sliding;
        if (readings.Count == definition.Count)
        {
            readings.RemoveFirst();
        }

        call.Add(reading);
        if (++call.Window.Seen % definition.Every == 0 && readings.Count == definition.Count)
        {
            call.Say(readings.FirstInstant, call.Now);
        }
    }

    private void Tumble(in WindowCall call, Reading reading)
    {
        var (window, totals) = (call.Window, call.Totals);
        if (!window.IsOpen)
        {
            (window.IsOpen, window.StartMicros) = (true, call.Now);
        }

        call.Add(reading);
        if (totals.Count == definition.Count)
        {
            call.Say(window.StartMicros, call.Now);
            totals.Clear();
            window.IsOpen = false;
        }
    }
}
