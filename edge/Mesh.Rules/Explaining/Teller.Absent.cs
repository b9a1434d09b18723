using Mesh.Contracts;
using Mesh.Rules.Running;

namespace Mesh.Rules.Explaining;

// Absence: since when it has been silent, and when that is too long.
internal sealed partial class Teller
{
    private (string State, string Answer) Absent(KeyState key, AbsentDefinition absent, Timestamp at)
    {
        var sensors = string.Join(" or ", absent.Sensors.Select(s => s.Sensor));
        var since = new Timestamp(key.Since);
        switch (key.Phase)
        {
            case Phase.Pending when key.Deadline == DueItem.NotDue:
                return ("idle", $"{sensors} has been silent since {Clock(since)}, but how long it may be is unknown.");
            case Phase.Pending:
                var left = Span(new Timestamp(key.Deadline) - at);
                return (
                    "pending",
                    $"Not yet: {sensors} has been silent for {Span(at - since)} (since {Clock(since)}); it fires in {left}, at {Clock(new Timestamp(key.Deadline))}, unless a reading comes."
                );
            case Phase.Firing:
                var again =
                    key.Deadline == DueItem.NotDue ? "" : $"; it fires again at {Clock(new Timestamp(key.Deadline))}";
                return (
                    "firing",
                    $"It has fired and is open: {sensors} has been silent since {Clock(since)}, for {Span(at - since)}; a reading clears it{again}."
                );
            default:
                return ("idle", $"{KeyText} is watched from the first reading of {sensors} on; none has come.");
        }
    }
}
