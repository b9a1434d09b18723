using System.Security.Cryptography;
using System.Text;
using Mesh.Contracts;
using Mesh.Rules;

namespace Mesh.Nodes;

// What rules want done. A turn only decides: it numbers what is to leave the node and puts it into the frame; sinks carry
// it out from there. What the configuration says about destinations has no part in it, so that replay gives the same.
public sealed partial class NodeCore
{
    private long _number;

    /// <summary>How far each sink has come.</summary>
    public SinkCursors Sinks { get; } = new();

    public DeadLetters DeadLetters { get; } = new();

    /// <summary>
    /// Messages that were not understood; apart from what rules wanted done, which a sender of nonsense must not push out.
    /// They can be looked at and dropped, not tried again.
    /// </summary>
    public DeadLetters SetAside { get; } = new();

    public Silences Silences { get; } = new();

    public TupleSpace Tuples { get; } = new();

    /// <summary>The rules that run, as they were compiled.</summary>
    public IReadOnlyList<CompiledRule> CompiledRules { get; private set; } = [];

    /// <summary>
    /// Whoever compiles the rules before they are given to the node does it here, so that the turn that takes them up
    /// finds them done.
    /// </summary>
    public CompiledFiles CompiledFiles { get; } = new();

    /// <summary>What the last change of rules did; null before there was one.</summary>
    public RuleReload? LastReload { get; private set; }

    /// <summary>What is wrong with the rules; null when nothing is.</summary>
    public RuleTrouble? RuleTrouble
    {
        get
        {
            var faults = _engine.Faults.ToList();
            return RuleTrouble.Of(
                faults.Count,
                faults is [var (rule, fault), ..] ? $"{rule}: {fault}" : "",
                LastReload is { Problems.Count: > 0 } rejected ? Math.Max(rejected.Wrong, 1) : 0,
                LastReload?.Problems is [var problem, ..] ? problem : ""
            );
        }
    }

    private void TakeRuleOutputs(Timestamp now)
    {
        _ruleOutputs.Clear();
        _engine.DrainOutputs(_ruleOutputs);
        foreach (var output in _ruleOutputs)
        {
            var (rule, key) = output.Event switch
            {
                Detection d => (d.Rule, d.Key),
                Aggregate a => (a.Rule, a.Key),
                _ => ("", []),
            };
            var silenced = Silences.Reason(rule ?? "", key, _engine.Clock);
            var said = silenced is not null && output.Event is Detection loud ? Silenced(loud, silenced) : output.Event;
            var item = Emit(said);
            foreach (var action in output.Actions)
            {
                if (silenced is null || action is CommandAction or PutAction)
                {
                    Act(item, action, now);
                }
            }
        }

        _aside.Clear();
        _engine.DrainAside(_aside);
        foreach (var late in _aside)
        {
            Queue(
                new SinkAction
                {
                    Id = late.Id,
                    Kind = SinkKind.Publish,
                    Target = late.Topic,
                    Payload = late.Payload ?? "",
                    At = _engine.Clock,
                    Queued = now,
                    Expires = now + late.Expires,
                }
            );
        }
    }

    private static Detection Silenced(Detection detection, string reason) =>
        detection.With([.. detection.Values, new("silenced", Value.Of(reason))]);

    private void Act(MeshEvent cause, RuleAction action, Timestamp now)
    {
        switch (action)
        {
            case CommandAction command
                when Limits.IsId(command.Device)
                    && Limits.IsName(command.Sensor)
                    && (command.Value.Kind != ValueKind.Text || command.Value.Text.Length <= Limits.TextLength):
                var expires = (long)command.Expires.TotalMilliseconds;
                var id = (cause as Detection)?.Id;
                Order(new Command(command.Id, command.Device, command.Sensor, command.Value, expires, id), now);
                break;
            case PublishAction publish when Topics.CanPublish(publish.Topic):
                var message = publish.Payload ?? EventJson.Text(cause);
                Queue(cause, action, SinkKind.Publish, publish.Topic, message, publish.Expires, now);
                break;
            case WebhookAction webhook when IsAddress(webhook.Url):
                var body = webhook.Body ?? EventJson.Text(cause);
                Queue(
                    cause,
                    action,
                    SinkKind.Webhook,
                    webhook.Url,
                    body,
                    webhook.Expires,
                    now,
                    headers: webhook.Headers
                );
                break;
            case NotifyAction { To: [] } notify:
                Queue(cause, notify, SinkKind.Notify, "", notify.Text, notify.Expires, now, notify.Title);
                break;
            case NotifyAction notify:
                foreach (var to in notify.To)
                {
                    Queue(cause, notify, SinkKind.Notify, to, notify.Text, notify.Expires, now, notify.Title);
                }

                break;
            case PutAction put:
                Tuples.Put(new PutTuple(put.Id, put.Space, _engine.Clock, put.Fields));
                break;
            default:
                // A template filled with what readings brought may give a name that no device or topic can have.
                Counters.BadActions++;
                break;
        }
    }

    private static bool IsAddress(string url) =>
        url.Length <= 2048
        && Uri.TryCreate(url, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https";

    private void Queue(
        MeshEvent cause,
        RuleAction action,
        SinkKind kind,
        string target,
        string payload,
        TimeSpan worth,
        Timestamp now,
        string? title = null,
        IReadOnlyList<KeyValuePair<string, string>>? headers = null
    )
    {
        var (rule, severity, at) = cause switch
        {
            Detection d => (d.Rule, d.Severity, d.At),
            Aggregate a => (a.Rule ?? "", Severity.Info, a.End),
            _ => ("", Severity.Info, now),
        };
        Queue(
            new SinkAction
            {
                Id = action is NotifyAction { To.Count: > 1 } ? $"{action.Id}-{target}" : action.Id,
                Kind = kind,
                Target = target,
                Payload = payload.Length <= SinkAction.MaxPayload ? payload : payload[..SinkAction.MaxPayload],
                Title = title ?? "",
                Headers = headers ?? [],
                Severity = severity,
                Rule = rule,
                At = at,
                Queued = now,
                Expires = now + worth,
            }
        );
    }

    private void Queue(SinkAction action)
    {
        var (sink, number) = Sinks.Number(action.Sink, _number);
        _outputs.Add(new ActionQueued(sink, number, action));
    }

    private void Order(Command command, Timestamp now)
    {
        var expires = now + TimeSpan.FromMilliseconds(command.ExpiresMs);
        var agent = _agents.GetValueOrDefault(command.Device);
        Counters.Commands++;
        if (_commands.Add(new PendingCommand(command, expires, agent), out var givenUp))
        {
            _outputs.Add(new CommandSent(command, expires, agent));
        }

        if (givenUp is not null)
        {
            GiveUp(givenUp, now, "too many commands are on their way");
        }
    }

    private void ExpireCommands(Timestamp now)
    {
        foreach (var command in _commands.Expire(now))
        {
            // At its own instant, not at this turn's: turns that leave no frame must make no difference.
            GiveUp(
                command,
                command.Expires,
                command.Agent is null ? "no agent is known for it" : "its agent did not answer in time"
            );
        }
    }

    private void GiveUp(PendingCommand command, Timestamp at, string reason) =>
        DeadLetters.Add(new DeadLetter(command.Command.Id, "command", at, reason, null, command.Command));

    private void Take(SinkAdvanced advanced)
    {
        Sinks.Advance(advanced.Sink, advanced.UpTo, advanced.Frame, advanced.Dead.Count);
        foreach (var letter in advanced.Dead)
        {
            DeadLetters.Add(letter);
        }
    }

    private void Take(MessageSetAside aside, Timestamp now) =>
        SetAside.Add(
            new DeadLetter(
                $"received-{_number}-{_inputs.Count}",
                DeadLetters.Received,
                now,
                $"{aside.Bytes} bytes of {aside.Sender} are not understood: {aside.Reason}",
                new SinkAction
                {
                    Id = "",
                    Kind = SinkKind.Publish,
                    Target = aside.Topic,
                    Payload = aside.Start,
                    Queued = now,
                },
                null
            )
        );

    private void Take(DeadLetterTaken taken, Timestamp now)
    {
        if (SetAside.Take(taken.Id) is not null)
        {
            return;
        }

        if (DeadLetters.Take(taken.Id) is not { } letter || !taken.Retry)
        {
            return;
        }

        if (letter.Action is { } action)
        {
            Queue(action with { Queued = now, Expires = now + (action.Expires - action.Queued) });
        }
        else
        {
            Order(letter.Command!, now);
        }
    }

    private void Take(SilenceAdded added, Timestamp now)
    {
        var from = _engine.Clock > Timestamp.MinValue ? _engine.Clock : now;
        Silences.Add(added.Silence with { From = from, Until = from + added.For });
    }

    /// <summary>Says it where alarms are looked at, on this node and above: a log line is read by nobody.</summary>
    private void Take(RulesRejected rejected, Timestamp now)
    {
        LastReload = new RuleReload(now, [], [], [], rejected.Problems) { Wrong = rejected.Count };
        var at = _engine.Clock > Timestamp.MinValue ? _engine.Clock : now;
        var seed = Encoding.UTF8.GetBytes($"{_settings.Node}\n{at}\n{string.Join('\n', rejected.Problems)}");
        var origin = new DetectionOrigin
        {
            Rule = "mesh-rules-rejected",
            RuleHash = "0000000000000000",
            Severity = Severity.Warning,
        };
        Emit(
            new Detection(origin, DetectionKind.Match, at, at)
            {
                Id = Convert.ToHexStringLower(SHA256.HashData(seed).AsSpan(0, 16)),
                Reason = "reload",
                Values =
                [
                    new("problems", Value.Of(rejected.Count)),
                    new("first", Value.Of(Shorten(rejected.Problems is [var first, ..] ? first : ""))),
                ],
            }
        );
    }

    private static string Shorten(string text) => text.Length <= Limits.TextLength ? text : text[..Limits.TextLength];
}

/// <summary>What a change of rules did.</summary>
/// <param name="At">When, on the node's clock.</param>
/// <param name="Kept">Rules that went on with their state.</param>
/// <param name="Started">Rules that began fresh.</param>
/// <param name="Removed">Rules that are gone.</param>
/// <param name="Problems">Why nothing was changed; empty when it was.</param>
public sealed record RuleReload(
    Timestamp At,
    IReadOnlyList<RuleChange> Kept,
    IReadOnlyList<RuleChange> Started,
    IReadOnlyList<RuleChange> Removed,
    IReadOnlyList<string> Problems
)
{
    /// <summary>How many problems there are; <see cref="Problems"/> has the first of them.</summary>
    public long Wrong { get; init; }

    /// <summary>Nothing has changed since the node started.</summary>
    public static readonly RuleReload None = new(Timestamp.MinValue, [], [], [], []);
}
