using Mesh.Rules.Yaml;

namespace Mesh.Rules;

/// <summary>An entry of <c>then:</c> or <c>clear_then:</c>; texts may hold <c>{names}</c>.</summary>
public abstract class ActionDefinition
{
    private protected ActionDefinition() { }

    public required YamlScalar Node { get; init; }
}

public sealed class CommandDefinition : ActionDefinition
{
    public required YamlScalar Device { get; init; }

    public required YamlScalar Sensor { get; init; }

    public required YamlScalar Value { get; init; }

    /// <summary>How long the command may still be executed; 30 s unless given.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromSeconds(30);
}

public sealed class PublishDefinition : ActionDefinition
{
    public required YamlScalar Topic { get; init; }

    /// <summary>Absent: the output as JSON.</summary>
    public YamlScalar? Payload { get; init; }

    /// <summary>How long it is worth sending; 24 h unless given.</summary>
    public TimeSpan Expires { get; init; } = RuleAction.Worthless;
}

/// <summary>A derived reading.</summary>
public sealed class SetDefinition : ActionDefinition
{
    public required YamlScalar Sensor { get; init; }

    public required YamlScalar Value { get; init; }

    /// <summary>Absent: <c>rule:{id}</c> and the parts of the key.</summary>
    public YamlScalar? Device { get; init; }
}

/// <summary><c>notify:</c> — a text for people.</summary>
public sealed class NotifyDefinition : ActionDefinition
{
    public required YamlScalar Text { get; init; }

    public YamlScalar? Title { get; init; }

    /// <summary>Destinations of the node's configuration; none: its default ones.</summary>
    public IReadOnlyList<YamlScalar> To { get; init; } = [];

    /// <summary>How long it is worth telling; 24 h unless given.</summary>
    public TimeSpan Expires { get; init; } = RuleAction.Worthless;
}

/// <summary><c>webhook:</c> — an HTTP POST.</summary>
public sealed class WebhookDefinition : ActionDefinition
{
    public required YamlScalar Url { get; init; }

    /// <summary>Absent: the output as JSON.</summary>
    public YamlScalar? Body { get; init; }

    public IReadOnlyList<(string Name, YamlScalar Value)> Headers { get; init; } = [];

    /// <summary>How long it is worth sending; 24 h unless given.</summary>
    public TimeSpan Expires { get; init; } = RuleAction.Worthless;
}

/// <summary><c>put:</c> — a tuple for others to take.</summary>
public sealed class PutDefinition : ActionDefinition
{
    public required YamlScalar Space { get; init; }

    public required IReadOnlyList<(string Name, YamlScalar Value)> Fields { get; init; }
}
