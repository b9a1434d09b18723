namespace Mesh.Contracts;

/// <summary>What the last level of a topic says.</summary>
public enum TopicKind : byte
{
    /// <summary>A <see cref="ReadingBatch"/>, agent to fog.</summary>
    Readings,

    /// <summary>Birth (retained) and death (last will), agent to fog.</summary>
    State,

    /// <summary>A <see cref="Command"/>, fog to agent.</summary>
    Command,

    /// <summary>An <see cref="Acknowledgement"/>, fog to agent; and a command's result, agent to fog, under <c>result</c>.</summary>
    Ack,

    /// <summary>A <see cref="CommandResult"/>, agent to fog.</summary>
    Result,

    /// <summary>A <see cref="LaneRange"/> of alarms, detections or aggregates, agent to fog: <c>lanes/{lane}</c>.</summary>
    Lane,
}

/// <summary>
/// The one list of topics: <c>mesh/v1/{site}/{agent}/{kind}</c>, and <c>…/lanes/{lane}</c> for what is no reading. An
/// agent publishes below its own prefix only.
/// </summary>
public static class Topics
{
    public const string Prefix = "mesh/v1/";

    public static string Of(string site, string agent, TopicKind kind) => $"{Prefix}{site}/{agent}/{Name(kind)}";

    /// <summary>Where the items of a lane are published: readings by themselves, the others under <c>lanes</c>.</summary>
    public static string Of(string site, string agent, Lane lane) =>
        lane == Lane.Readings
            ? Of(site, agent, TopicKind.Readings)
            : $"{Of(site, agent, TopicKind.Lane)}/{Lanes.Name(lane)}";

    /// <summary>The filter under which a fog finds every topic of one kind: <c>mesh/v1/+/+/readings</c>.</summary>
    public static string Filter(TopicKind kind) => Filter("+", kind);

    /// <summary>The same for one site: <c>mesh/v1/home/+/readings</c>.</summary>
    public static string Filter(string site, TopicKind kind) =>
        kind == TopicKind.Lane ? $"{Prefix}{site}/+/{Name(kind)}/+" : $"{Prefix}{site}/+/{Name(kind)}";

    /// <summary>Whether a message can be published to a topic: 1 to <see cref="Limits.TextLength"/> characters, no wildcard.</summary>
    public static bool CanPublish(string topic) =>
        topic.Length is > 0 and <= Limits.TextLength && topic.IndexOfAny(['+', '#', '\0']) < 0;

    public static bool TryParse(string topic, out string site, out string agent, out TopicKind kind) =>
        TryParse(topic, out site, out agent, out kind, out _);

    /// <param name="topic">The topic of a message.</param>
    /// <param name="site">Its site.</param>
    /// <param name="agent">The agent that speaks, or is spoken to.</param>
    /// <param name="kind">What the message is.</param>
    /// <param name="lane">The lane of a <see cref="TopicKind.Lane"/>; readings otherwise.</param>
    public static bool TryParse(string topic, out string site, out string agent, out TopicKind kind, out Lane lane)
    {
        site = agent = "";
        kind = default;
        lane = Lane.Readings;
        var parts = topic.Split('/');
        if (
            parts.Length is not (5 or 6)
            || (parts.Length == 6) != (parts[4] == "lanes")
            || parts[0] != "mesh"
            || parts[1] != "v1"
            || !Limits.IsId(parts[2])
            || !Limits.IsId(parts[3])
        )
        {
            return false;
        }

        (site, agent) = (parts[2], parts[3]);
        switch (parts[4])
        {
            case "readings":
                kind = TopicKind.Readings;
                return true;
            case "state":
                kind = TopicKind.State;
                return true;
            case "command":
                kind = TopicKind.Command;
                return true;
            case "ack":
                kind = TopicKind.Ack;
                return true;
            case "result":
                kind = TopicKind.Result;
                return true;
            case "lanes":
                kind = TopicKind.Lane;
                return Lanes.TryParse(parts[5], out lane) && lane != Lane.Readings;
            default:
                return false;
        }
    }

    private static string Name(TopicKind kind) =>
        kind switch
        {
            TopicKind.Readings => "readings",
            TopicKind.State => "state",
            TopicKind.Command => "command",
            TopicKind.Ack => "ack",
            TopicKind.Lane => "lanes",
            _ => "result",
        };
}
