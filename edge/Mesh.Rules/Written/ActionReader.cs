using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads the entries of <c>then:</c> and <c>clear_then:</c>.</summary>
internal sealed partial class ActionReader(Diagnostics diagnostics)
{
    private static readonly string[] Known = ["command", "publish", "set", "webhook", "notify", "put"];

    public List<ActionDefinition> Read(IReadOnlyList<YamlNode> items)
    {
        var actions = new List<ActionDefinition>();
        foreach (var item in items)
        {
            if (item is not YamlMapping { Entries: [var entry] })
            {
                diagnostics.Error(
                    item,
                    $"{item.Description} was found; one action such as 'command: {{…}}' is expected"
                );
            }
            else if (Action(entry) is { } action)
            {
                actions.Add(action);
            }
        }

        return actions;
    }

    private ActionDefinition? Action(YamlEntry entry)
    {
        switch (entry.Key.Text)
        {
            case "command":
                return Command(entry);
            case "publish":
                return Publish(entry);
            case "set":
                return Set(entry);
            case "notify":
                return Notify(entry);
            case "webhook":
                return Webhook(entry);
            case "put":
                return Put(entry);
            default:
                diagnostics.Error(
                    entry.Key,
                    $"there is no action '{entry.Key.Text}'{Nearest.Suggestion(entry.Key.Text, Known)}"
                );
                return null;
        }
    }

    private CommandDefinition? Command(YamlEntry entry)
    {
        var fields = new YamlFields(entry.Value, "a command", diagnostics);
        var (device, sensor, value) = (Needed(fields, "device"), Needed(fields, "sensor"), Needed(fields, "value"));
        var expires = fields.Duration("expires");
        fields.Close();
        return device is null || sensor is null || value is null
            ? null
            : new CommandDefinition
            {
                Node = entry.Key,
                Device = device,
                Sensor = sensor,
                Value = value,
                Expires = expires ?? TimeSpan.FromSeconds(30),
            };
    }

    private PublishDefinition? Publish(YamlEntry entry)
    {
        var fields = new YamlFields(entry.Value, "a publish", diagnostics);
        var topic = Needed(fields, "topic");
        var payload = fields.Scalar("payload");
        var expires = Expires(fields);
        fields.Close();
        return topic is null
            ? null
            : new PublishDefinition
            {
                Node = entry.Key,
                Topic = topic,
                Payload = payload,
                Expires = expires,
            };
    }

    private SetDefinition? Set(YamlEntry entry)
    {
        var fields = new YamlFields(entry.Value, "a set", diagnostics);
        var (sensor, value) = (Needed(fields, "sensor"), Needed(fields, "value"));
        var device = fields.Scalar("device");
        fields.Close();
        if (sensor is not null && !Contracts.Limits.IsName(sensor.Text))
        {
            diagnostics.Error(sensor, $"'sensor' is {sensor.Description}; the name of a sensor is expected");
            return null;
        }

        return sensor is null || value is null
            ? null
            : new SetDefinition
            {
                Node = entry.Key,
                Sensor = sensor,
                Value = value,
                Device = device,
            };
    }

    private static YamlScalar? Needed(YamlFields fields, string name) =>
        fields.Required(name) is null ? null : fields.Scalar(name);
}
