using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Edge;

/// <summary>Reads the sections <c>sensors</c>, <c>actuators</c> and <c>replay</c> of a node's configuration.</summary>
public static class AgentSettingsReader
{
    /// <summary>Asks <paramref name="root"/> for the three sections; errors are collected.</summary>
    public static AgentSettings Read(YamlFields root, Diagnostics diagnostics)
    {
        var sensors = Each(root, "sensors", "a sensor", diagnostics, Sensor);
        var actuators = Each(root, "actuators", "an actuator", diagnostics, Actuator);
        var replays = Each(root, "replay", "a replay", diagnostics, Replay);
        Twice(sensors.Select(s => (s.Options.Identity, s.Place)), root, "sensor", diagnostics);
        Twice(actuators.Select(a => (a.Identity, a.Place)), root, "actuator", diagnostics);
        return new AgentSettings(sensors, actuators, replays);
    }

    private static List<T> Each<T>(
        YamlFields root,
        string name,
        string what,
        Diagnostics diagnostics,
        Func<YamlFields, Diagnostics, T?> read
    )
        where T : class
    {
        var found = new List<T>();
        foreach (var node in root.List(name))
        {
            var before = diagnostics.Errors;
            var fields = new YamlFields(node, what, diagnostics);
            var one = fields.IsMapping ? read(fields, diagnostics) : null;
            fields.Close();
            if (one is not null && diagnostics.Errors == before)
            {
                found.Add(one);
            }
        }

        return found;
    }

    private static SensorSettings? Sensor(YamlFields fields, Diagnostics diagnostics)
    {
        var identity = Identity(fields, diagnostics);
        fields.Required("driver");
        var driver = fields.Choice("driver", "simulated-pin", "gpio");
        fields.Required("pin");
        var pin = fields.Integer("pin", 0, 1023);
        var options = new PinSensorOptions
        {
            Identity = identity,
            Pin = (int)(pin ?? 0),
            ActiveLow = fields.Boolean("active_low") ?? false,
            Mode = AgentSettings.Mode(fields.Choice("pull", "none", "up", "down")),
            Debounce = fields.Duration("debounce") ?? TimeSpan.FromMilliseconds(20),
            Every = fields.Duration("every"),
            Active = fields.Scalar("active")?.Value ?? Value.True,
            Inactive = fields.Scalar("inactive")?.Value ?? Value.False,
        };
        if (options.Every is { } every && every < TimeSpan.FromMilliseconds(100))
        {
            diagnostics.Error(fields.Get("every")!, "'every' is shorter than 100ms");
        }

        return new SensorSettings((PinDriver)(driver ?? 0), options, Place(fields));
    }

    private static ActuatorSettings? Actuator(YamlFields fields, Diagnostics diagnostics)
    {
        var identity = Identity(fields, diagnostics);
        fields.Required("driver");
        var driver = fields.Choice("driver", "simulated-pin", "gpio", "simulated-lock");
        if (driver == (int)PinDriver.SimulatedLock)
        {
            var options = new SimulatedLockOptions
            {
                Identity = identity,
                Delay = fields.Duration("delay") ?? TimeSpan.FromMilliseconds(500),
                Jams = fields.Number("jams", 0, 1) ?? 0,
                Seed = (int)(fields.Integer("seed", 0, int.MaxValue) ?? 0),
                Locked = fields.Choice("initially", "unlocked", "locked") == 1,
            };
            return new ActuatorSettings(PinDriver.SimulatedLock, identity, 0, false, options, Place(fields));
        }

        if (driver is not null)
        {
            fields.Required("pin");
        }

        var pin = fields.Integer("pin", 0, 1023);
        var activeLow = fields.Boolean("active_low") ?? false;
        return new ActuatorSettings(
            (PinDriver)(driver ?? 0),
            identity,
            (int)(pin ?? 0),
            activeLow,
            null,
            Place(fields)
        );
    }

    private static ReplaySettings? Replay(YamlFields fields, Diagnostics diagnostics)
    {
        var file = fields.RequiredText("file");
        var mapping = fields.Text("mapping");
        var times = fields.Integer("times", 1, 1_000_000) ?? 1;
        var source = fields.Scalar("source");
        if (source is not null && !Limits.IsId(source.Text))
        {
            diagnostics.Error(source, $"'{source.Text}' is no id; letters, digits and . _ - : are expected");
        }

        var speed = double.PositiveInfinity;
        if (fields.Scalar("speed") is { Text: not "max" })
        {
            speed = fields.Scalar("speed") is { Value.Kind: ValueKind.Number, Value.Number: > 0 and <= 1e6 } number
                ? number.Value.Number
                : Wrong(fields.Scalar("speed")!, diagnostics);
        }

        return file is null ? null : new ReplaySettings(file, mapping, speed, (int)times, source?.Text, Place(fields));
    }

    private static double Wrong(YamlScalar speed, Diagnostics diagnostics)
    {
        diagnostics.Error(speed, $"'speed' is {speed.Description}; a number above 0, or max, is expected");
        return 1;
    }

    private static SensorIdentity Identity(YamlFields fields, Diagnostics diagnostics)
    {
        fields.Required("device");
        fields.Required("sensor");
        var device = fields.Scalar("device");
        var sensor = fields.Scalar("sensor");
        if (device is not null && !Limits.IsId(device.Text))
        {
            diagnostics.Error(device, $"'{device.Text}' is no device id; letters, digits and . _ - : are expected");
        }

        if (sensor is not null && !Limits.IsName(sensor.Text))
        {
            diagnostics.Error(sensor, $"'{sensor.Text}' is no sensor name; letters, digits and . _ - are expected");
        }

        var labels = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in fields.Entries("labels").Select(e => (e.Key, e.Value)))
        {
            if (!Limits.IsName(key.Text) || value is not YamlScalar { Text.Length: <= Limits.TextLength } text)
            {
                diagnostics.Error(
                    key,
                    $"'{key.Text}: {value.Description}' is no label; a name and a text are expected"
                );
                continue;
            }

            labels.Add(new(key.Text, text.Text));
        }

        return new SensorIdentity(device?.Text ?? "", sensor?.Text ?? "", fields.Text("unit"), new Labels(labels));
    }

    private static void Twice(
        IEnumerable<(SensorIdentity Identity, string Place)> entries,
        YamlFields root,
        string what,
        Diagnostics diagnostics
    )
    {
        foreach (var same in entries.GroupBy(e => (e.Identity.Device, e.Identity.Sensor)).Where(g => g.Count() > 1))
        {
            var places = string.Join(" and ", same.Select(s => s.Place));
            diagnostics.Error(root.Node!, $"the {what} {same.Key.Device}/{same.Key.Sensor} is given twice: {places}");
        }
    }

    private static string Place(YamlFields fields) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{fields.Node!.File}:{fields.Node.At.Line}:{fields.Node.At.Column}"
        );
}
