using Mesh.Contracts;

namespace Mesh.Rules.Compiled;

/// <summary>An action whose templates know where their names come from.</summary>
internal abstract class CompiledAction;

/// <summary>An action that is carried out outside of the rules, by the node.</summary>
internal abstract class CompiledDeed : CompiledAction
{
    public abstract RuleAction Fill(string id, in TemplateSource source);
}

internal sealed class CompiledCommand(Template device, Template sensor, Template value, TimeSpan expires) : CompiledDeed
{
    public override RuleAction Fill(string id, in TemplateSource source) =>
        new CommandAction(id, device.Fill(source), sensor.Fill(source), value.FillValue(source), expires);
}

internal sealed class CompiledPublish(Template topic, Template? payload, TimeSpan expires) : CompiledDeed
{
    public override RuleAction Fill(string id, in TemplateSource source) =>
        new PublishAction(id, topic.Fill(source), payload?.Fill(source)) { Expires = expires };
}

internal sealed class CompiledNotify(IReadOnlyList<Template> to, Template? title, Template text, TimeSpan expires)
    : CompiledDeed
{
    public override RuleAction Fill(string id, in TemplateSource source)
    {
        var names = new string[to.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = to[i].Fill(source);
        }

        return new NotifyAction(
            id,
            names,
            title?.Fill(source, NotifyAction.TextLimit),
            text.Fill(source, NotifyAction.TextLimit),
            expires
        );
    }
}

internal sealed class CompiledWebhook(
    Template url,
    Template? body,
    IReadOnlyList<(string Name, Template Value)> headers,
    TimeSpan expires
) : CompiledDeed
{
    public override RuleAction Fill(string id, in TemplateSource source)
    {
        var filled = new KeyValuePair<string, string>[headers.Count];
        for (var i = 0; i < filled.Length; i++)
        {
            filled[i] = new(headers[i].Name, headers[i].Value.Fill(source));
        }

        return new WebhookAction(id, url.Fill(source), body?.Fill(source, WebhookAction.BodyLimit), filled, expires);
    }
}

internal sealed class CompiledPut(Template space, IReadOnlyList<(string Name, Template Value)> fields) : CompiledDeed
{
    public override RuleAction Fill(string id, in TemplateSource source)
    {
        var filled = new KeyValuePair<string, Value>[fields.Count];
        for (var i = 0; i < filled.Length; i++)
        {
            filled[i] = new(fields[i].Name, fields[i].Value.FillValue(source));
        }

        return new PutAction(id, space.Fill(source), filled);
    }
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
