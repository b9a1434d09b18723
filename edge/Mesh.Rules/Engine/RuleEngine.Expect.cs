using Mesh.Contracts;
using Mesh.Rules.Devices;

namespace Mesh.Rules;

// What the registry lets rules expect. It is no state of the engine: whoever restores one gives the registry again.
public sealed partial class RuleEngine
{
    private List<Reading> _expected = [];

    /// <summary>
    /// The devices that ought to report, with their sensors: rules with <c>expect: registry</c> have their keys from the
    /// start, or from now on when they have started. Devices that are no longer named keep their keys.
    /// </summary>
    public void Expect(DeviceRegistry registry)
    {
        _expected =
        [
            .. registry.Devices.Values.SelectMany(device =>
                device.Sensors.Keys.Select(sensor => new Reading
                {
                    Device = device.Device,
                    Sensor = sensor,
                    Labels = registry.LabelsOf(device.Device),
                })
            ),
        ];
        foreach (var rule in _rules.Where(r => r.IsStarted && r.Fault is null))
        {
            ExpectOf(rule);
            Progress(rule);
        }
    }

    private void ExpectOf(RunningRule rule)
    {
        if (_expected.Count > 0)
        {
            Guard(rule, () => rule.Expect(_expected));
        }
    }
}
