using Mesh.Contracts;

namespace Mesh.Rules;

// Keys that exist before their first reading, because the registry names their devices.
internal sealed partial class RunningRule
{
    /// <summary>Makes the keys of these devices, where the rule asks for them; those it has stay as they are.</summary>
    /// <param name="devices">One reading, without a value, for each sensor of each device.</param>
    public void Expect(IReadOnlyList<Reading> devices)
    {
        if (!Rule.Body.ExpectsRegistry)
        {
            return;
        }

        Time = Rule.Lateness == 0 ? Math.Max(Time, _clock.Micros) : Time;
        foreach (var device in devices)
        {
            if (Plan(device.Sensor) is { Judged: true } && FillScratch(device))
            {
                FindOrAdd();
            }
        }
    }
}
