using Mesh.Rules.Yaml;

namespace Mesh.Rules.Compiled;

// What rules do.
internal sealed partial class Compilation
{
    private TemplateNames? _templateNames;
    private bool _templatesLook;

    // A body may add to it what it binds.
    private TemplateNames TemplateNames =>
        _templateNames ??= new TemplateNames(_layout, definition.Body is EachDefinition);

    private List<CompiledAction> Actions(IReadOnlyList<ActionDefinition> actions) =>
        [
            .. actions.Select<ActionDefinition, CompiledAction>(a =>
                a switch
                {
                    CommandDefinition c => new CompiledCommand(
                        Fill(c.Device),
                        Fill(c.Sensor),
                        Fill(c.Value),
                        c.Expires
                    ),
                    PublishDefinition p => new CompiledPublish(
                        Fill(p.Topic),
                        p.Payload is null ? null : Fill(p.Payload),
                        p.Expires
                    ),
                    SetDefinition s => new CompiledSet(
                        s.Sensor.Text,
                        Fill(s.Value),
                        s.Device is null ? null : Fill(s.Device)
                    ),
                    NotifyDefinition n => new CompiledNotify(
                        [.. n.To.Select(Fill)],
                        n.Title is null ? null : Fill(n.Title),
                        Fill(n.Text),
                        n.Expires
                    ),
                    WebhookDefinition w => new CompiledWebhook(
                        Fill(w.Url),
                        w.Body is null ? null : Fill(w.Body),
                        Fill(w.Headers),
                        w.Expires
                    ),
                    PutDefinition p => new CompiledPut(Fill(p.Space), Fill(p.Fields)),
                    _ => throw new InvalidOperationException($"No action for {a.GetType().Name}."),
                }
            ),
        ];

    private List<(string Name, Template Value)> Fill(IEnumerable<(string Name, YamlScalar Value)> named) =>
        [.. named.Select(n => (n.Name, Fill(n.Value)))];

    private Template Fill(YamlScalar scalar)
    {
        var template = Template.Compile(scalar, TemplateNames, diagnostics);
        _templatesLook |= template.Looks;
        return template;
    }
}
