using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

/// <summary>Reads <c>late: drop</c>, <c>adjust</c>, <c>side</c> or <c>{side: topic}</c>.</summary>
internal static class LateReader
{
    public static LateDefinition Read(YamlFields rule, string id, Diagnostics diagnostics)
    {
        if (rule.Get("late") is not YamlMapping)
        {
            var choice = rule.Choice("late", "drop", "adjust", "side") ?? 0;
            return new LateDefinition((LateChoice)choice, choice == 2 ? $"mesh/late/{id}" : null);
        }

        var fields = rule.Fields("late", "'late'")!;
        fields.Required("side");
        var topic = fields.Scalar("side");
        fields.Close();
        if (
            topic is not null
            && (topic.Text.Length is 0 or > Limits.TextLength || topic.Text.AsSpan().ContainsAny("+#{}"))
        )
        {
            diagnostics.Error(topic, $"'side' is {topic.Description}; a topic without + # {{ }} is expected");
        }

        return new LateDefinition(LateChoice.Side, topic?.Text);
    }
}
