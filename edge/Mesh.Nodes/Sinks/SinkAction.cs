using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>How an action leaves the node.</summary>
public enum SinkKind : byte
{
    /// <summary>A message on the node's own broker.</summary>
    Publish = 1,

    /// <summary>A POST to an address.</summary>
    Webhook = 2,

    /// <summary>A text for people, to a destination that the node's configuration describes.</summary>
    Notify = 3,
}

/// <summary>
/// Something that is to leave the node: an intent in a frame, carried out from there. It is carried out at least once;
/// <see cref="Id"/> is the same whenever it is repeated, so whoever receives it can tell.
/// </summary>
public sealed record SinkAction
{
    /// <summary>The detection's id and the action's place in the rule.</summary>
    public required string Id { get; init; }

    public required SinkKind Kind { get; init; }

    /// <summary>A topic, an address, or the name of a destination (empty: the default one).</summary>
    public required string Target { get; init; }

    /// <summary>What is sent: at most <see cref="MaxPayload"/> characters.</summary>
    public required string Payload { get; init; }

    /// <summary>Of a notification, where the rule gives one.</summary>
    public string Title { get; init; } = "";

    /// <summary>Of a webhook.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public Severity Severity { get; init; }

    /// <summary>The rule that wants it.</summary>
    public string Rule { get; init; } = "";

    /// <summary>Event time of what the rule said.</summary>
    public Timestamp At { get; init; }

    /// <summary>When it was decided, on the node's clock.</summary>
    public Timestamp Queued { get; init; }

    /// <summary>From here on it is worth nothing any more and becomes a dead letter.</summary>
    public Timestamp Expires { get; init; }

    /// <summary>
    /// Characters of a payload. What is longer is cut: a rule's own text, and a detection as JSON where it holds long lists
    /// of texts or very many readings, which is no JSON any more then.
    /// </summary>
    public const int MaxPayload = 64 * 1024;

    /// <summary>The sink that carries it out: actions of one sink leave one after another, sinks do not wait for each other.</summary>
    public string Sink =>
        Kind switch
        {
            SinkKind.Publish => "publish",
            SinkKind.Notify => Target.Length == 0 ? "notify" : $"notify:{Target}",
            _ => $"webhook:{Target.Split('?', 2)[0]}",
        };
}

/// <summary>An action that was given up, with all that is needed to try it again.</summary>
/// <param name="Id">Of the action or command.</param>
/// <param name="Sink">Where it could not be brought: a sink's name, or <c>command</c>.</param>
/// <param name="At">When it was given up, on the node's clock.</param>
/// <param name="Reason">Why: what the other side said last.</param>
/// <param name="Action">What was to leave; null for a command.</param>
/// <param name="Command">The order nobody carried out; null for anything else.</param>
public sealed record DeadLetter(
    string Id,
    string Sink,
    Timestamp At,
    string Reason,
    SinkAction? Action,
    Command? Command
);
