using System.Text;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Rules.Yaml;
using Xunit;

namespace Mesh.Tests.Sinks;

public sealed class NotifyTests
{
    private const string Rules = """
        version: 1
        rules:
        - id: hot
          by: device
          each: temperature
          where: value > 30
          severity: warning
          then:
          - notify: "Zu heiß: {device} has {value}"
        - id: told
          by: device
          each: temperature
          where: value < 0
          then:
          - notify: {to: [chat, nobody], title: "Frost 🥶", text: "{device}"}
        """;

    [Fact]
    public async Task A_notification_goes_to_the_default_destination_as_mail()
    {
        using var server = new MailServer { Recipient = static n => n == 0 ? "451 greylisted" : "250 fine" };
        await using var running = await RunningSinks.StartAsync(
            Rules,
            new MqttDestination("panel", "site/panel"),
            new MailDestination(
                "mail",
                "127.0.0.1",
                server.Port,
                "mesh@example.org",
                ["a@example.org", "b@example.org"]
            )
            {
                IsDefault = true,
                User = "mesh",
                Password = "secret",
            }
        );
        await running.SayAsync("oven", 40);
        await RunningSinks.Until(() => running.Cursor("notify") is { Done: 1 });
        var mail = Assert.Single(server.Mails).Split("\n\n", 2);
        Assert.Contains("To: a@example.org, b@example.org\n", mail[0], StringComparison.Ordinal);
        Assert.Contains("Subject: warning: hot\n", mail[0], StringComparison.Ordinal);
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(mail[1].ReplaceLineEndings("")));
        Assert.StartsWith("Zu heiß: oven has 40", text, StringComparison.Ordinal);
        Assert.Contains($"AUTH PLAIN {Convert.ToBase64String("\0mesh\0secret"u8)}", server.Lines);
        Assert.Contains("RCPT TO:<b@example.org>", server.Lines);
        Assert.Empty(running.Letters);
        Assert.Empty(running.Published);
    }

    [Fact]
    public async Task A_mail_that_is_refused_is_a_dead_letter_without_the_password()
    {
        using var server = new MailServer { Recipient = static _ => "550 no such user" };
        await using var running = await RunningSinks.StartAsync(
            Rules,
            new MailDestination("mail", "127.0.0.1", server.Port, "mesh@example.org", ["a@example.org"])
            {
                User = "u",
                Password = "secret",
            }
        );
        await running.SayAsync("oven", 40);
        await RunningSinks.Until(() => running.Letters.Count == 1);
        Assert.Equal("the recipient a@example.org was answered with 550 no such user", running.Letters[0].Reason);
    }

    [Fact]
    public async Task Named_destinations_get_their_own_copy_and_an_unknown_one_is_a_dead_letter()
    {
        using var office = new PostOffice();
        await using var running = await RunningSinks.StartAsync(
            Rules,
            new WebhookDestination("chat", new Uri($"{office.Address}hook"), [new("Authorization", "Bearer x")])
        );
        await running.SayAsync("yard", -3);
        await RunningSinks.Until(() => !office.Posts.IsEmpty && running.Letters.Count == 1);
        var post = office.Posts.Single();
        using var json = JsonDocument.Parse(post.Body);
        Assert.Equal("Bearer x", post.Headers["Authorization"]);
        Assert.Equal("Frost 🥶", json.RootElement.GetProperty("title").GetString());
        Assert.Equal("yard", json.RootElement.GetProperty("text").GetString());
        Assert.Equal("told", json.RootElement.GetProperty("rule").GetString());
        Assert.Contains("no destination 'nobody'", running.Letters[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ntfy_server_gets_topic_priority_and_token()
    {
        using var office = new PostOffice();
        await using var running = await RunningSinks.StartAsync(
            Rules,
            new NtfyDestination("phone", new Uri(office.Address), "home", "tk_1")
        );
        await running.SayAsync("oven", 40);
        await RunningSinks.Until(() => !office.Posts.IsEmpty);
        var post = office.Posts.Single();
        using var json = JsonDocument.Parse(post.Body);
        Assert.Equal(("/", "Bearer tk_1"), (post.Path, post.Headers["Authorization"]));
        Assert.Equal("home", json.RootElement.GetProperty("topic").GetString());
        Assert.Equal("Zu heiß: oven has 40", json.RootElement.GetProperty("message").GetString());
        Assert.Equal(4, json.RootElement.GetProperty("priority").GetInt32());
    }

    [Fact]
    public async Task A_destination_passes_over_what_is_less_severe_than_it_wants()
    {
        await using var running = await RunningSinks.StartAsync(
            Rules,
            new MqttDestination("panel", "site/panel") { MinSeverity = Severity.Critical }
        );
        await running.SayAsync("oven", 40);
        await RunningSinks.Until(() => running.Cursor("notify") is { Done: 1 });
        Assert.Empty(running.Published);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("ä", "=?utf-8?B?w6Q=?=")]
    [InlineData("a\r\nBcc: x@y", "a  Bcc: x@y")]
    public void A_subject_is_one_header_of_ascii(string title, string expected)
    {
        var mail = new MailDestination("m", "h", 25, "a@b", ["c@d"]);
        var action = new SinkAction
        {
            Id = "i",
            Kind = SinkKind.Notify,
            Target = "",
            Payload = "p",
            Title = title,
        };
        Assert.Contains($"\r\nSubject: {expected}\r\nDate: ", MailText.Of(mail, action), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chat", "has chat")]
    [InlineData("nobady", "has nobady (did you mean 'nobady'?)")]
    public void A_destination_that_there_is_not_is_warned_of_before_it_is_needed(string there, string words)
    {
        var diagnostics = new Diagnostics();
        var rules = NodeRules.Compile([new NamedText("r.rules.yaml", Rules)], [], diagnostics);
        NotifyNames.Check(rules, [new MqttDestination(there, "site/x")], diagnostics);
        Assert.Contains(
            $"r.rules.yaml:15:25: warning: there is no destination 'nobody': 'notify' of the node's configuration {words}",
            diagnostics.Items.Select(d => d.ToString())
        );
        Assert.False(diagnostics.HasErrors);
    }
}
