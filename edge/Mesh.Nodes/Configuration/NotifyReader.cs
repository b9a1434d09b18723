using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>
/// Reads <c>notify:</c>, a mapping from the names rules write in <c>to</c> to where they lead:
/// <code>
/// notify:
///   phone:  {ntfy: "https://ntfy.sh/my-topic", token: "${NTFY_TOKEN}", default: true}
///   office: {smtp: {host: mail.example, from: mesh@example, to: [a@example], user: mesh, password: "${MAIL}"}, min_severity: warning}
///   chat:   {webhook: "https://chat.example/hook", headers: {Authorization: "Bearer ${CHAT}"}}
///   panel:  {mqtt: site/notifications}
/// </code>
/// </summary>
internal static class NotifyReader
{
    public static IReadOnlyList<NotifyDestination> Read(YamlFields root, Diagnostics diagnostics)
    {
        var destinations = new List<NotifyDestination>();
        foreach (var entry in root.Entries("notify"))
        {
            if (!Limits.IsName(entry.Key.Text))
            {
                diagnostics.Error(
                    entry.Key,
                    $"{entry.Key.Description} is not the name of a destination; letters, digits, - and _ are expected"
                );
                continue;
            }

            var fields = new YamlFields(entry.Value, "a destination", diagnostics);
            var destination = One(entry, fields, diagnostics);
            var isDefault = fields.Boolean("default") ?? false;
            var severity = (Severity)(fields.Choice("min_severity", "info", "warning", "critical") ?? 0);
            fields.Close();
            if (isDefault && destinations.Exists(d => d.IsDefault))
            {
                diagnostics.Error(
                    fields.Get("default")!,
                    $"'{destinations.Find(d => d.IsDefault)!.Name}' is the default already; one is expected"
                );
            }

            if (destination is not null)
            {
                destinations.Add(destination with { IsDefault = isDefault, MinSeverity = severity });
            }
        }

        if (destinations.Count > 1 && !destinations.Exists(d => d.IsDefault))
        {
            diagnostics.Warning(
                root.Get("notify")!,
                $"no destination of 'notify' is 'default: true', so '{destinations[0].Name}' is: the first one"
            );
        }

        return destinations;
    }

    private static NotifyDestination? One(YamlEntry entry, YamlFields fields, Diagnostics diagnostics)
    {
        var name = entry.Key.Text;
        var (mqtt, webhook, ntfy) = (fields.Scalar("mqtt"), fields.Scalar("webhook"), fields.Scalar("ntfy"));
        var smtp = fields.Fields("smtp", "a mail server");
        if (new object?[] { mqtt, webhook, ntfy, smtp }.Count(o => o is not null) != 1)
        {
            diagnostics.Error(entry.Key, $"'{name}' must have exactly one of mqtt, webhook, ntfy and smtp");
            return null;
        }

        if (mqtt is not null)
        {
            return Topic(name, mqtt, diagnostics);
        }

        if (webhook is not null)
        {
            var headers = fields.Texts("headers");
            return Address(webhook, diagnostics) is { } address ? new WebhookDestination(name, address, headers) : null;
        }

        return ntfy is not null ? Ntfy(name, ntfy, fields.Text("token"), diagnostics) : Mail(name, smtp!, diagnostics);
    }

    private static MqttDestination? Topic(string name, YamlScalar scalar, Diagnostics diagnostics)
    {
        if (Topics.CanPublish(scalar.Text))
        {
            return new MqttDestination(name, scalar.Text);
        }

        diagnostics.Error(scalar, $"{scalar.Description} is no topic to publish to; one without + and # is expected");
        return null;
    }

    private static Uri? Address(YamlScalar scalar, Diagnostics diagnostics)
    {
        if (Uri.TryCreate(scalar.Text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return address;
        }

        diagnostics.Error(
            scalar,
            $"{scalar.Description} is no address; one such as https://example.org/hook is expected"
        );
        return null;
    }

    private static NtfyDestination? Ntfy(string name, YamlScalar scalar, string? token, Diagnostics diagnostics)
    {
        if (Address(scalar, diagnostics) is not { } address)
        {
            return null;
        }

        var slash = address.AbsolutePath.LastIndexOf('/');
        var topic = address.AbsolutePath[(slash + 1)..];
        if (Limits.IsName(topic))
        {
            return new NtfyDestination(name, new Uri(address, address.AbsolutePath[..(slash + 1)]), topic, token);
        }

        diagnostics.Error(
            scalar,
            $"{scalar.Description} names no topic; an address such as https://ntfy.sh/my-topic is expected"
        );
        return null;
    }

    private static MailDestination? Mail(string name, YamlFields fields, Diagnostics diagnostics)
    {
        var (host, from) = (fields.RequiredText("host"), fields.RequiredScalar("from"));
        var to = fields.Scalars("to");
        if (fields.Required("to") is { } list && to.Count == 0)
        {
            diagnostics.Error(list, $"'to' is {list.Description}; addresses are expected");
        }

        foreach (var address in to.Append(from).OfType<YamlScalar>().Where(a => !MailText.IsAddress(a.Text)))
        {
            diagnostics.Error(
                address,
                $"{address.Description} is no mail address; one such as you@example.org is expected"
            );
        }

        var tls = fields.Choice("tls", "none", "starttls", "implicit");
        var port = (int?)fields.Integer("port", 1, 65535);
        var (user, password) = (fields.Text("user"), fields.Text("password"));
        var insecure = fields.Boolean("insecure") ?? false;
        fields.Close();
        if (host is null || from is null || to.Count == 0)
        {
            return null;
        }

        // Protected unless said otherwise; a server on this very machine needs no protection.
        var local = host is "localhost" or "127.0.0.1" or "::1";
        var kind =
            tls is { } written ? (MailTls)written
            : port == 465 ? MailTls.Implicit
            : local ? MailTls.None
            : MailTls.StartTls;
        if (kind == MailTls.None && !local && !insecure)
        {
            diagnostics.Error(
                from,
                $"mails to '{host}' would go over the network in the clear; write 'tls: starttls', or 'insecure: true' if that is what you want"
            );
        }

        return new MailDestination(
            name,
            host,
            port
                ?? (
                    kind == MailTls.Implicit ? 465
                    : kind == MailTls.StartTls ? 587
                    : 25
                ),
            from.Text,
            [.. to.Select(t => t.Text)]
        )
        {
            User = user,
            Password = password,
            Tls = kind,
        };
    }
}
