using Mesh.Contracts;

namespace Mesh.Rules;

/// <summary>Something a rule wants done. Carried out at least once; the id is the same whenever it is repeated.</summary>
public abstract record RuleAction(string Id);

/// <summary>An order to a device; worthless <paramref name="Expires"/> after it was given.</summary>
public sealed record CommandAction(string Id, string Device, string Sensor, Value Value, TimeSpan Expires)
    : RuleAction(Id);

/// <summary>A message to an MQTT topic; without <paramref name="Payload"/> it is the output as JSON.</summary>
public sealed record PublishAction(string Id, string Topic, string? Payload) : RuleAction(Id);

/// <summary>What a rule said (a <see cref="Detection"/> or an <see cref="Aggregate"/>), and what is to be done about it.</summary>
public sealed record RuleOutput(MeshEvent Event, IReadOnlyList<RuleAction> Actions);
