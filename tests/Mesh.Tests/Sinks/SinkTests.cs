using System.Globalization;
using Mesh.Nodes;
using Xunit;

namespace Mesh.Tests.Sinks;

public sealed class SinkTests
{
    private const string Publish = """
        version: 1
        rules:
        - id: step
          by: device
          each: temperature
          severity: warning
          then:
          - publish: {topic: "t/{device}", payload: "{value}"}
        """;

    [Fact]
    public async Task What_rules_publish_leaves_in_order_and_moves_the_cursor()
    {
        await using var running = await RunningSinks.StartAsync(Publish);
        for (var i = 1; i <= 200; i++)
        {
            await running.SayAsync("d", i);
        }

        await RunningSinks.Until(() => running.Cursor("publish") is { Waiting: 0, Done: 200 });
        Assert.Equal(Enumerable.Range(1, 200).Select(Text), running.Published.Select(p => p.Payload));
        Assert.All(running.Published, p => Assert.Equal("t/d", p.Target));
        Assert.Equal(200, running.Published.Select(p => p.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_power_cut_before_the_broker_took_a_message_loses_none_and_repeats_only_the_same_ids()
    {
        await using var running = await RunningSinks.StartAsync(Publish);
        running.Broker = action => action.Payload == "3" ? Delivery.Failed("busy") : Delivery.Done;
        for (var i = 1; i <= 5; i++)
        {
            await running.SayAsync("d", i);
        }

        await RunningSinks.Until(() => running.Tasks.Sinks.Status.Any(s => s.Trouble == "busy"));
        var before = running.Published.ToDictionary(p => p.Payload, p => p.Id);
        running.Broker = static _ => Delivery.Done;
        await running.CutPowerAsync();
        await RunningSinks.Until(() => running.Cursor("publish") is { Waiting: 0, Done: 5 });
        Assert.Equal(0, running.Node.ReplayDifferences);
        Assert.Superset(new HashSet<string> { "3", "4", "5" }, running.Published.Select(p => p.Payload).ToHashSet());
        Assert.All(
            running.Published.Where(p => before.ContainsKey(p.Payload)),
            p => Assert.Equal(before[p.Payload], p.Id)
        );
    }

    [Fact]
    public async Task What_was_delivered_is_not_delivered_again_after_a_restart()
    {
        await using var running = await RunningSinks.StartAsync(Publish);
        await running.SayAsync("d", 1);
        await RunningSinks.Until(() => running.Cursor("publish") is { Done: 1 });
        await running.CutPowerAsync();
        await running.SayAsync("d", 2);
        await RunningSinks.Until(() => running.Cursor("publish") is { Done: 2 });
        Assert.Equal(["2"], running.Published.Select(p => p.Payload));
    }

    [Fact]
    public async Task A_dead_webhook_delays_nobody_and_gets_everything_once_it_listens()
    {
        using var alive = new PostOffice();
        var port = PostOffice.FreePort();
        await using var running = await RunningSinks.StartAsync(
            $$"""
            version: 1
            rules:
            - id: step
              by: device
              each: temperature
              then:
              - webhook: {url: "http://127.0.0.1:{{port}}/dead"}
              - webhook: {url: "{{alive.Address}}hook?device={device}", body: "{value}", headers: {X-Key: "k"} }
              - publish: {topic: "t/{device}", payload: "{value}"}
            """
        );
        for (var i = 1; i <= 20; i++)
        {
            await running.SayAsync("d", i);
        }

        await RunningSinks.Until(() => alive.Posts.Count == 20 && running.Published.Count == 20);
        Assert.Equal(20, running.Cursor($"webhook:http://127.0.0.1:{port}/dead")!.Waiting);
        Assert.All(alive.Posts, p => Assert.Equal("/hook?device=d", p.Path));
        Assert.All(alive.Posts, p => Assert.Equal("k", p.Headers["X-Key"]));
        Assert.Equal(20, alive.Posts.Select(p => p.Headers["Idempotency-Key"]).Distinct().Count());

        using var dead = new PostOffice(port);
        await RunningSinks.Until(() => dead.Posts.Count >= 20);
        Assert.Equal(20, dead.Posts.Select(p => p.Headers["Idempotency-Key"]).Distinct().Count());
        Assert.All(dead.Posts, p => Assert.Contains("\"rule\":\"step\"", p.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_is_a_dead_letter_that_can_be_retried_or_dropped_and_an_answer_of_500_is_tried_again()
    {
        using var office = new PostOffice
        {
            Answer = n =>
                n is 0 or 1 ? 503
                : n == 2 ? 410
                : 200,
        };
        await using var running = await RunningSinks.StartAsync(
            $$"""
            version: 1
            rules:
            - id: step
              by: device
              each: temperature
              then:
              - webhook: {url: "{{office.Address}}h" }
            """
        );
        await running.SayAsync("d", 1);
        await RunningSinks.Until(() => running.Letters.Count == 1);
        var letter = running.Letters[0];
        Assert.Equal(3, office.Posts.Count);
        Assert.Contains("410", letter.Reason, StringComparison.Ordinal);
        Assert.Single(office.Posts.Select(p => p.Headers["Idempotency-Key"]).Distinct());
        await running.CutPowerAsync();
        Assert.Single(running.Letters);

        await running.Node.AcceptAsync(new DeadLetterTaken(letter.Id, Retry: true), Nodes.OpenNode.Cancel);
        await RunningSinks.Until(() => office.Posts.Count == 4);
        Assert.Empty(running.Letters);
        Assert.Equal(letter.Id, office.Posts.Last().Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task What_nobody_takes_expires_and_what_follows_it_goes_on()
    {
        await using var running = await RunningSinks.StartAsync(
            """
            version: 1
            rules:
            - {id: step, by: device, each: temperature, then: [{publish: {topic: t, payload: "{value}", expires: 1s}}]}
            """
        );
        running.Broker = static action => action.Payload == "1" ? Delivery.Failed("no") : Delivery.Done;
        await running.SayAsync("d", 1);
        await RunningSinks.Until(() => running.Letters.Count == 1);
        await running.SayAsync("d", 2);
        await RunningSinks.Until(() => running.Cursor("publish") is { Done: 2 });
        Assert.Contains("expired after", running.Letters[0].Reason, StringComparison.Ordinal);
        Assert.Contains("no", running.Letters[0].Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1), (running.Cursor("publish")!.Dead, running.Cursor("publish")!.Delivered));
    }

    [Fact]
    public async Task A_command_nobody_answers_is_a_dead_letter_too()
    {
        await using var running = await RunningSinks.StartAsync(
            """
            version: 1
            rules:
            - {id: step, by: device, each: temperature, then: [{command: {device: fan, sensor: fan, value: true, expires: 200ms}}]}
            """
        );
        await running.SayAsync("d", 1);
        await RunningSinks.Until(() => running.Letters.Count == 1);
        Assert.Equal(("command", "fan"), (running.Letters[0].Sink, running.Letters[0].Command!.Device));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
