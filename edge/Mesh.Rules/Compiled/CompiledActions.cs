using Mesh.Contracts;

namespace Mesh.Rules.Compiled;

/// <summary>An action whose templates know where their names come from.</summary>
internal abstract class CompiledAction;

internal sealed class CompiledCommand(Template device, Template sensor, Template value, TimeSpan expires)
    : CompiledAction
{
    public RuleAction Fill(string id, in TemplateSource source) =>
        new CommandAction(id, device.Fill(source), sensor.Fill(source), value.FillValue(source), expires);
}

internal sealed class CompiledPublish(Template topic, Template? payload) : CompiledAction
{
    public RuleAction Fill(string id, in TemplateSource source) =>
        new PublishAction(id, topic.Fill(source), payload?.Fill(source));
}

/// <summary>Makes a reading that enters the rules at the same instant.</summary>
internal sealed class CompiledSet(string sensor, Template value, Template? device) : CompiledAction
{
    public string Sensor => sensor;

    public Reading Fill(CompiledRule rule, long seq, in TemplateSource source)
    {
        var name =
            device?.Fill(source)
            ?? (
                source.Key.Count == 0
                    ? $"rule:{rule.Id}"
                    : $"rule:{rule.Id}:{string.Join(':', source.Key.Select(p => p.Value.ToString()))}"
            );
        return new Reading
        {
            Device = name,
            Sensor = sensor,
            Value = value.FillValue(source),
            At = source.At,
            Boot = rule.DerivedBoot,
            Seq = seq,
            Labels = LabelsOf(source.Key).With(rule.Labels),
        };
    }

    // The key goes with the reading, so that rules with the same key can read it.
    private static Labels LabelsOf(IReadOnlyList<KeyPart> key)
    {
        var labels = key.Where(p => p.Name is not ("device" or "sensor"));
        return new Labels(labels.Select(p => KeyValuePair.Create(p.Name, p.Value.ToString())));
    }
}
