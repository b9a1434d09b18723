using System.Text.Json;
using Mesh.Rules.Yaml;

namespace Mesh.Tests.Rules;

/// <summary>
/// The keys of the language that examples show, each as <c>definition.key</c> of the schema for editors: the schema says
/// what may stand where, and the examples are followed through it.
/// </summary>
public sealed class ShownKeys(JsonElement definitions)
{
    /// <summary>The keys met so far.</summary>
    public HashSet<string> Names { get; } = [];

    /// <summary>Follows an example from the definition that describes it.</summary>
    public void Take(string definition, YamlNode node)
    {
        if (node is YamlMapping mapping)
        {
            Mapping(definition, mapping);
        }
    }

    private void Mapping(string definition, YamlMapping mapping)
    {
        var described = definitions.GetProperty(definition);
        var properties = described.GetProperty("properties");
        foreach (var entry in mapping.Entries)
        {
            if (properties.TryGetProperty(entry.Key.Text, out var property))
            {
                Names.Add($"{definition}.{entry.Key.Text}");
                Typed(property, entry.Value);
            }
            else
            {
                Typed(described.GetProperty("additionalProperties"), entry.Value);
            }
        }
    }

    private void Typed(JsonElement type, YamlNode node)
    {
        if (type.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (type.TryGetProperty("anyOf", out var alternatives))
        {
            foreach (var alternative in alternatives.EnumerateArray())
            {
                Typed(alternative, node);
            }
        }
        else if (type.TryGetProperty("$ref", out var reference))
        {
            Take(reference.GetString()!["#/definitions/".Length..], node);
        }
        else if (node is YamlSequence list && type.TryGetProperty("items", out var item))
        {
            foreach (var one in list.Items)
            {
                Typed(item, one);
            }
        }
        else if (node is YamlMapping mapping && type.TryGetProperty("additionalProperties", out var value))
        {
            foreach (var entry in mapping.Entries)
            {
                Typed(value, entry.Value);
            }
        }
    }
}
