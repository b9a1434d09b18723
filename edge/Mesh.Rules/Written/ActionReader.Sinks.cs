using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Rules.Written;

// What leaves the building: texts for people, posts, tuples.
internal sealed partial class ActionReader
{
    /// <summary>Headers the sender sets itself.</summary>
    private static readonly string[] OwnHeaders = ["Idempotency-Key", "Content-Length", "Host", "Transfer-Encoding"];

    // A text alone, or a mapping.
    private NotifyDefinition? Notify(YamlEntry entry)
    {
        if (entry.Value is YamlScalar { IsNull: false } alone)
        {
            return new NotifyDefinition { Node = entry.Key, Text = alone };
        }

        var fields = new YamlFields(entry.Value, "a notify", diagnostics);
        var text = Needed(fields, "text");
        var title = fields.Scalar("title");
        var expires = Expires(fields);
        var to = Destinations(fields);
        fields.Close();
        return text is null
            ? null
            : new NotifyDefinition
            {
                Node = entry.Key,
                Text = text,
                Title = title,
                To = to,
                Expires = expires,
            };
    }

    private List<YamlScalar> Destinations(YamlFields fields)
    {
        var to = new List<YamlScalar>();
        foreach (var item in fields.List("to"))
        {
            if (item is YamlScalar name && (name.Text.Contains('{') || Limits.IsName(name.Text)))
            {
                to.Add(name);
            }
            else
            {
                diagnostics.Error(
                    item,
                    $"'to' has {item.Description}; the name of a destination in the node's configuration is expected"
                );
            }
        }

        return to;
    }

    private WebhookDefinition? Webhook(YamlEntry entry)
    {
        YamlScalar? url;
        YamlScalar? body = null;
        var expires = RuleAction.Worthless;
        List<(string, YamlScalar)> headers = [];
        if (entry.Value is YamlScalar { IsNull: false } alone)
        {
            url = alone;
        }
        else
        {
            var fields = new YamlFields(entry.Value, "a webhook", diagnostics);
            url = Needed(fields, "url");
            body = fields.Scalar("body");
            expires = Expires(fields);
            headers = Headers(fields);
            fields.Close();
        }

        if (url is null || !IsUrl(url))
        {
            return null;
        }

        return new WebhookDefinition
        {
            Node = entry.Key,
            Url = url,
            Body = body,
            Headers = headers,
            Expires = expires,
        };
    }

    private bool IsUrl(YamlScalar url)
    {
        // A name may stand anywhere behind the scheme; what it makes of the address is seen when it is sent.
        var sample = url.Text.Replace('{', 'x').Replace('}', 'x');
        if (Uri.TryCreate(sample, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https")
        {
            return true;
        }

        diagnostics.Error(
            url,
            $"'url' is {url.Description}; an address that begins with http:// or https:// is expected"
        );
        return false;
    }

    private List<(string, YamlScalar)> Headers(YamlFields fields)
    {
        var headers = new List<(string, YamlScalar)>();
        foreach (var header in fields.Entries("headers"))
        {
            if (OwnHeaders.Contains(header.Key.Text, StringComparer.OrdinalIgnoreCase))
            {
                diagnostics.Error(header.Key, $"the header '{header.Key.Text}' is set by the node itself");
            }
            else if (header.Key.Text.Any(c => c is <= ' ' or ':' or > '~') || header.Value is not YamlScalar value)
            {
                diagnostics.Error(header.Key, $"'{header.Key.Text}' is no header with a text");
            }
            else
            {
                headers.Add((header.Key.Text, value));
            }
        }

        return headers;
    }

    private PutDefinition? Put(YamlEntry entry)
    {
        var fields = new YamlFields(entry.Value, "a put", diagnostics);
        var space = Needed(fields, "space");
        if (space is null || entry.Value is not YamlMapping mapping)
        {
            return null;
        }

        var values = new List<(string, YamlScalar)>();
        foreach (var field in mapping.Entries.Where(f => f.Key.Text != "space"))
        {
            if (Limits.IsName(field.Key.Text) && field.Value is YamlScalar value)
            {
                values.Add((field.Key.Text, value));
            }
            else
            {
                diagnostics.Error(
                    field.Key,
                    $"'{field.Key.Text}' is no field of a tuple: a name with a single value is expected"
                );
            }
        }

        if (values.Count is 0 or > Limits.NamedValues)
        {
            diagnostics.Error(
                mapping,
                $"a put has {values.Count} fields beside 'space'; from 1 to {Limits.NamedValues} are expected"
            );
            return null;
        }

        return new PutDefinition
        {
            Node = entry.Key,
            Space = space,
            Fields = values,
        };
    }

    private static TimeSpan Expires(YamlFields fields) =>
        fields.Duration("expires", zero: false) ?? RuleAction.Worthless;
}
