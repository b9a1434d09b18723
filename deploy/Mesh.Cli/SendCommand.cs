using System.CommandLine;
using System.Globalization;
using Mesh.Contracts;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Command = System.CommandLine.Command;

namespace Mesh.Cli;

/// <summary><c>mesh send reading|command</c>: one by hand.</summary>
internal static class SendCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create() =>
        new("send", "Send one reading or one command by hand") { CreateReading(), CreateCommand() };

    private static Command CreateReading()
    {
        var device = new Argument<string>("device");
        var sensor = new Argument<string>("sensor");
        var value = new Argument<string>("value") { Description = "A number, true, false or a text" };
        var to = new Option<string>("--to")
        {
            Description = "The fog",
            DefaultValueFactory = _ => "mqtt://127.0.0.1:1883",
        };
        var site = new Option<string>("--site") { Description = "The fog's site", DefaultValueFactory = _ => "site" };
        var at = new Option<string?>("--at") { Description = "Its instant (RFC 3339); default: now" };
        var command = new Command(
            "reading",
            "Send a reading to a fog and wait until the fog holds it\n\n  mesh send reading door-1 door open --site home"
        )
        {
            device,
            sensor,
            value,
            to,
            site,
            at,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(() =>
                    SendReadingAsync(
                        parsed.GetValue(to)!,
                        Id(parsed.GetValue(site)!, "--site"),
                        new Reading
                        {
                            Device = Id(parsed.GetValue(device)!, "device"),
                            Sensor = Id(parsed.GetValue(sensor)!, "sensor"),
                            Value = ValueOf(parsed.GetValue(value)!),
                            At = Instant(parsed.GetValue(at)),
                        },
                        cancel
                    )
                )
        );
        return command;
    }

    private static Command CreateCommand()
    {
        var device = new Argument<string>("device");
        var sensor = new Argument<string>("sensor") { Description = "What to set: lock" };
        var value = new Argument<string>("value");
        var node = NodeOption.Create();
        var expires = new Option<string>("--expires")
        {
            Description = "How long it stays valid",
            DefaultValueFactory = _ => "30s",
        };
        var command = new Command(
            "command",
            "Order a device to do something, through its fog\n\n  mesh send command lock-101 lock locked --node http://127.0.0.1:8081"
        )
        {
            device,
            sensor,
            value,
            node,
            expires,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    if (!Durations.TryParse(parsed.GetValue(expires), out var lasts) || lasts <= TimeSpan.Zero)
                    {
                        throw new UsageException(
                            $"--expires {parsed.GetValue(expires)}: a duration such as 30s is expected"
                        );
                    }

                    var order = new Contracts.Command(
                        $"hand-{Guid.NewGuid():N}",
                        Id(parsed.GetValue(device)!, "device"),
                        Id(parsed.GetValue(sensor)!, "sensor"),
                        ValueOf(parsed.GetValue(value)!),
                        (long)lasts.TotalMilliseconds,
                        null
                    );
                    using var client = new NodeClient(parsed.GetValue(node)!);
                    using var answer = await client.PostAsync("v1/commands", AgentJson.Write(order), cancel);
                    await Terminal.Out.WriteLineAsync(answer.RootElement.ToString());
                    return Exit.Fine;
                })
        );
        return command;
    }

    private static async Task<int> SendReadingAsync(string to, string site, Reading reading, CancellationToken cancel)
    {
        if (!Uri.TryCreate(to, UriKind.Absolute, out var fog) || fog.Scheme != "mqtt")
        {
            throw new UsageException($"--to {to}: the address of a fog is expected, such as mqtt://127.0.0.1:1883");
        }

        using var client = new MqttClientFactory().CreateMqttClient();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ApplicationMessageReceivedAsync += _ =>
        {
            heard.TrySetResult();
            return Task.CompletedTask;
        };
        try
        {
            var options = new MqttClientOptionsBuilder()
                .WithTcpServer(fog.Host, fog.Port < 0 ? 1883 : fog.Port)
                .WithProtocolVersion(MqttProtocolVersion.V500)
                .WithClientId($"{reading.Device}-by-hand")
                .Build();
            await client.ConnectAsync(options, cancel);
            await client.SubscribeAsync(
                Topics.Of(site, reading.Device, TopicKind.Ack),
                MqttQualityOfServiceLevel.AtLeastOnce,
                cancel
            );
            var batch = new ReadingBatch(0, null, [reading], new Mark(reading.At, Final: true));
            var message = new MqttApplicationMessageBuilder()
                .WithTopic(Topics.Of(site, reading.Device, TopicKind.Readings))
                .WithPayload(BatchJson.Write(batch))
                .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
                .Build();
            await client.PublishAsync(message, cancel);
            await heard.Task.WaitAsync(Patience, cancel);
        }
        catch (TimeoutException e)
        {
            throw new HttpRequestException(
                $"{fog} did not acknowledge the reading; is it the fog of site '{site}'?",
                e
            );
        }
        catch (MqttCommunicationException e)
        {
            throw new HttpRequestException($"no fog answers at {fog}: {e.InnerException?.Message ?? e.Message}", e);
        }

        await Terminal.Out.WriteLineAsync($"{fog} holds {reading.Device} {reading.Sensor} = {reading.Value}");
        return Exit.Fine;
    }

    private static string Id(string text, string what) =>
        Limits.IsId(text)
            ? text
            : throw new UsageException($"{what} '{text}': letters, digits or . _ - : ~ @ $ are expected");

    private static Timestamp Instant(string? text) =>
        text is null ? Timestamp.From(TimeProvider.System.GetUtcNow())
        : Timestamp.TryParse(text, out var at) ? at
        : throw new UsageException($"--at {text}: an instant such as 2026-03-01T08:00:00Z is expected");

    private static Value ValueOf(string text) =>
        text switch
        {
            "true" => Value.True,
            "false" => Value.False,
            "null" => Value.Unknown,
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => Value.Of(
                number
            ),
            _ => Value.Of(text),
        };
}
