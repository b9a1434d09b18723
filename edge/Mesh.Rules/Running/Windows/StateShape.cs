using Mesh.Contracts;
using Mesh.Rules.Expressions;

namespace Mesh.Rules.Running;

/// <summary>
/// Windows that readings open and close. With <paramref name="end"/> the ending reading is in the window, and may open
/// the next; without it, a reading for which <paramref name="reopens"/> holds closes one window and is the first of the
/// next.
/// </summary>
/// <param name="opens">Opens a window while none is open.</param>
/// <param name="reopens">Closes and opens while one is open; used without <paramref name="end"/>.</param>
/// <param name="end">Closes.</param>
internal sealed class StateShape(Node opens, Node reopens, Node? end) : WindowShape
{
    public override void Take(in WindowCall call, Reading reading, int sensor)
    {
        var e = call.Rule.Evaluation;
        var window = call.Window;
        var begins = (window.IsOpen && end is null ? reopens : opens).Test(e) == Truth.True;
        if (!window.IsOpen)
        {
            Open(call, reading, begins);
            return;
        }

        if (end is null && !begins)
        {
            call.Add(reading);
            return;
        }

        var ends = end is null || end.Test(e) == Truth.True;
        if (end is not null)
        {
            call.Add(reading);
        }

        if (ends)
        {
            call.Say(window.StartMicros, call.Now);
            call.Totals.Clear();
            window.IsOpen = false;
            call.Judge(reading, sensor);
            Open(call, reading, begins);
        }
    }

    private static void Open(in WindowCall call, Reading reading, bool begins)
    {
        if (begins)
        {
            (call.Window.IsOpen, call.Window.StartMicros) = (true, call.Now);
            call.Add(reading);
        }
    }
}
