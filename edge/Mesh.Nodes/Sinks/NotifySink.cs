using System.Text.Json;
using Mesh.Contracts;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// Brings notifications to the destinations of the node's configuration. Where it describes none, what rules tell nobody
/// in particular goes to the node's log.
/// </summary>
/// <param name="destinations">Of the configuration.</param>
/// <param name="http">For addresses.</param>
/// <param name="publish">The node's own broker; null where there is none.</param>
/// <param name="log">For what has no destination.</param>
public sealed partial class NotifySink(
    IReadOnlyList<NotifyDestination> destinations,
    HttpSink http,
    Deliver? publish,
    ILogger log
)
{
    public Task<Delivery> DeliverAsync(SinkAction action, CancellationToken cancel)
    {
        var destination =
            action.Target.Length == 0
                ? destinations.OrderByDescending(d => d.IsDefault).FirstOrDefault()
                : destinations.FirstOrDefault(d => d.Name == action.Target);
        switch (destination)
        {
            case null when action.Target.Length == 0:
                LogNotification(log, action.Rule, action.Title, action.Payload);
                return Task.FromResult(Delivery.Done);
            case null:
                return Task.FromResult(
                    Delivery.Refused($"the configuration has no destination '{action.Target}' under 'notify'")
                );
            case { } other when action.Severity < other.MinSeverity:
                return Task.FromResult(Delivery.Done);
            case MqttDestination mqtt when publish is not null:
                return publish(action with { Target = mqtt.Topic, Payload = Json(action) }, cancel);
            case MqttDestination:
                return Task.FromResult(Delivery.Refused("this node has no broker"));
            case WebhookDestination webhook:
                return http.PostAsync(webhook.Address, Json(action), action.Id, webhook.Headers, cancel);
            case NtfyDestination ntfy:
                return http.PostAsync(ntfy.Server, Ntfy(action, ntfy.Topic), action.Id, Token(ntfy), cancel);
            case MailDestination mail:
                return MailSink.DeliverAsync(mail, action, cancel);
            default:
                throw new InvalidOperationException($"no way is known to {destination.GetType().Name}");
        }
    }

    private static KeyValuePair<string, string>[] Token(NtfyDestination ntfy) =>
        ntfy.Token is { } token ? [new("Authorization", $"Bearer {token}")] : [];

    /// <summary>A notification as JSON: <c>{"id","title"?,"text","severity","rule","at"}</c>.</summary>
    private static string Json(SinkAction action) =>
        Object(writer =>
        {
            writer.WriteString("id"u8, action.Id);
            if (action.Title.Length > 0)
            {
                writer.WriteString("title"u8, action.Title);
            }

            writer.WriteString("text"u8, action.Payload);
            writer.WriteString("severity"u8, EventJson.SeverityName(action.Severity));
            writer.WriteString("rule"u8, action.Rule);
            writer.WriteString("at"u8, action.At.ToString());
        });

    /// <summary>What an ntfy server takes at its root: priorities 3 (default), 4 (high), 5 (urgent).</summary>
    private static string Ntfy(SinkAction action, string topic) =>
        Object(writer =>
        {
            writer.WriteString("topic"u8, topic);
            writer.WriteString("message"u8, action.Payload);
            writer.WriteString("title"u8, action.Title.Length > 0 ? action.Title : action.Rule);
            writer.WriteNumber("priority"u8, 3 + (int)action.Severity);
            writer.WriteStartArray("tags"u8);
            writer.WriteStringValue(
                action.Severity switch
                {
                    Severity.Critical => "rotating_light",
                    Severity.Warning => "warning",
                    _ => "information_source",
                }
            );
            writer.WriteEndArray();
        });

    private static string Object(Action<Utf8JsonWriter> members) =>
        JsonText.Of(
            members,
            static (writer, members) =>
            {
                writer.WriteStartObject();
                members(writer);
                writer.WriteEndObject();
            }
        );

    [LoggerMessage(Level = LogLevel.Warning, Message = "notification of {Rule}: {Title} {Text}")]
    private static partial void LogNotification(ILogger log, string rule, string title, string text);
}
