using Mesh.Rules.Yaml;

namespace Mesh.Rules.Compiled;

// What rules do.
internal sealed partial class Compilation
{
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
                        p.Payload is null ? null : Fill(p.Payload)
                    ),
                    SetDefinition s => new CompiledSet(
                        s.Sensor.Text,
                        Fill(s.Value),
                        s.Device is null ? null : Fill(s.Device)
                    ),
                    _ => throw new InvalidOperationException($"No action for {a.GetType().Name}."),
                }
            ),
        ];

    private Template Fill(YamlScalar scalar) =>
        Template.Compile(scalar, _layout, definition.Body is EachDefinition, diagnostics);
}
