using System.Reactive.Concurrency;
using Mesh.Contracts;

namespace Mesh.Rules;

/// <summary>
/// A rule written in C#, for what YAML cannot say. It is a query in Rx over the readings of its sensors, on a time that
/// only the node moves: the same readings give the same detections, in a test, in a replay and on any node.
/// </summary>
/// <remarks>
/// Every operator that has to do with time must be given the <c>time</c> scheduler; what reads the wall clock is refused
/// when the assembly is loaded. Operators that count from their subscription (<c>Interval</c>, <c>Buffer(time)</c>,
/// <c>Window(time)</c>) count from the rule's start.
/// </remarks>
public abstract class CodeRule
{
    /// <summary>Unique over all rules; lower-case letters, digits and '-'.</summary>
    public abstract string Id { get; }

    /// <summary>The sensors whose readings the rule sees; at least one.</summary>
    public abstract IReadOnlyList<string> Sensors { get; }

    /// <summary>
    /// How far back a reading can still bear on an output. After a restart the query is built again and given the
    /// readings of this span; at most 100,000 are kept.
    /// </summary>
    public virtual TimeSpan Horizon => TimeSpan.FromHours(1);

    /// <summary>0 (readings apply as they arrive), or how long readings are waited for and put in order.</summary>
    public virtual TimeSpan Lateness => TimeSpan.Zero;

    public virtual Severity Severity => Severity.Info;

    /// <summary>The query. An error in it stops this rule alone.</summary>
    /// <param name="readings">The readings of <see cref="Sensors"/>, in the rule's order.</param>
    /// <param name="time">Event time; runs what is due before the readings of that instant.</param>
    /// <returns>What the rule says; see <see cref="Say"/>. Instant, ids and rule are set by the host.</returns>
    public abstract IObservable<Detection> Build(IObservable<Reading> readings, IScheduler time);

    /// <summary>Something to say about a key.</summary>
    /// <param name="kind">A match, or the two ends of an episode.</param>
    /// <param name="key">Such as room and 101; empty for none.</param>
    /// <param name="since">Since when an episode has been true.</param>
    /// <param name="values">What goes with it.</param>
    /// <param name="readings">The readings it rests on; they make its id.</param>
    protected Detection Say(
        DetectionKind kind,
        IReadOnlyList<KeyPart> key,
        Timestamp? since = null,
        IReadOnlyList<KeyValuePair<string, Value>>? values = null,
        params IReadOnlyList<Reading> readings
    ) =>
        new(
            new DetectionOrigin
            {
                Rule = Id,
                RuleHash = "",
                Key = key,
            },
            kind,
            default,
            default
        )
        {
            Id = "",
            Since = since,
            Values = values ?? [],
            Bindings =
            [
                .. readings
                    .GroupBy(r => r.Sensor, StringComparer.Ordinal)
                    .Select(g => new NamedBinding(g.Key, g.Count() > 1, [.. g.Select(Binding.Of)])),
            ],
        };
}
