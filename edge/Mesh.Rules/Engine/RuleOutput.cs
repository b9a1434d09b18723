using Mesh.Contracts;

namespace Mesh.Rules;

/// <summary>Something a rule wants done. Carried out at least once; the id is the same whenever it is repeated.</summary>
public abstract record RuleAction(string Id)
{
    /// <summary>After this long an action that does not say otherwise is not worth carrying out any more: 24 h.</summary>
    public static readonly TimeSpan Worthless = TimeSpan.FromHours(24);
}

/// <summary>An order to a device; worthless <paramref name="Expires"/> after it was given.</summary>
public sealed record CommandAction(string Id, string Device, string Sensor, Value Value, TimeSpan Expires)
    : RuleAction(Id);

/// <summary>A message to an MQTT topic; without <paramref name="Payload"/> it is the output as JSON.</summary>
public sealed record PublishAction(string Id, string Topic, string? Payload) : RuleAction(Id)
{
    /// <summary>How long after the output it is worth sending.</summary>
    public TimeSpan Expires { get; init; } = Worthless;
}

/// <summary>A text for people, by way of destinations that the node's configuration names.</summary>
/// <param name="Id">The same whenever it is repeated.</param>
/// <param name="To">Names of destinations; none: the node's default ones.</param>
/// <param name="Title">A heading, where the destination has room for one.</param>
/// <param name="Text">At most <see cref="TextLimit"/> characters.</param>
/// <param name="Expires">How long after the output it is worth telling.</param>
public sealed record NotifyAction(string Id, IReadOnlyList<string> To, string? Title, string Text, TimeSpan Expires)
    : RuleAction(Id)
{
    /// <summary>Characters of a text; what is longer is cut and ends with <c>…</c>.</summary>
    public const int TextLimit = 4096;
}

/// <summary>An HTTP POST. The id of the detection, or of the aggregate, is its idempotency key.</summary>
/// <param name="Id">The same whenever it is repeated.</param>
/// <param name="Url">http or https.</param>
/// <param name="Body">Null: the output as JSON. At most <see cref="BodyLimit"/> characters.</param>
/// <param name="Headers">Over those that every post has.</param>
/// <param name="Expires">How long after the output it is worth sending.</param>
public sealed record WebhookAction(
    string Id,
    string Url,
    string? Body,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    TimeSpan Expires
) : RuleAction(Id)
{
    /// <summary>Characters of a body; what is longer is cut and ends with <c>…</c>.</summary>
    public const int BodyLimit = 64 * 1024;
}

/// <summary>A tuple put into a space, for others to read or take by its fields.</summary>
public sealed record PutAction(string Id, string Space, IReadOnlyList<KeyValuePair<string, Value>> Fields)
    : RuleAction(Id);

/// <summary>What a rule said (a <see cref="Detection"/> or an <see cref="Aggregate"/>), and what is to be done about it.</summary>
public readonly record struct RuleOutput(MeshEvent Event, IReadOnlyList<RuleAction> Actions);
