using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Mesh.EndToEnd.Torture;

/// <summary>
/// An agent that is not ours, made from what the README says: it numbers its readings, sends them in batches, forgets on
/// the fog's acknowledgement, and keeps the account of what was acknowledged. Reading n has value n.
/// </summary>
public sealed class LedgerSender(int port, string device) : IAsyncDisposable
{
    private const int BatchReadings = 20;
    private const int Ahead = 200;
    private const long Boot = 7;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;
    private long _acknowledged;
    private long _last = long.MaxValue;
    private long _epoch;
    private long _sent;
    private long _heard;
    private volatile bool _again;

    public string Device => device;

    /// <summary>The highest number that the fog has said it holds: never less than before, or the fog has lost something.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>What the fog took back: an acknowledgement of the same journal below an earlier one.</summary>
    public string? Broken { get; private set; }

    /// <summary>Milliseconds between batches.</summary>
    public int Pause { get; set; } = 10;

    /// <summary>Characters that cannot be compressed, added to each reading so that a disk fills.</summary>
    public int Padding { get; set; }

    public void Start() => _run = RunAsync(_stop.Token);

    /// <summary>Sends no new readings; true when the fog has acknowledged everything.</summary>
    public async Task<bool> FinishAsync(TimeSpan deadline)
    {
        Interlocked.Exchange(ref _last, Math.Max(Acknowledged, Interlocked.Read(ref _sent)));
        var started = TimeProvider.System.GetTimestamp();
        while (Acknowledged < Interlocked.Read(ref _last))
        {
            if (TimeProvider.System.GetElapsedTime(started) > deadline)
            {
                return false;
            }

            await Task.Delay(50, _stop.Token);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run;
        }
        catch (OperationCanceledException)
        {
            // As it should end.
        }

        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                using var client = new MqttClientFactory().CreateMqttClient();
                await AskAsync(ask => ConnectAsync(client, ask), cancel);
                while (client.IsConnected)
                {
                    await AskAsync(ask => SendAsync(client, ask), cancel);
                }
            }
            catch (Exception e)
                when (e is MqttCommunicationException or InvalidOperationException or TimeoutException or IOException
                    || (e is OperationCanceledException && !cancel.IsCancellationRequested)
                )
            {
                // Whatever it is, it is tried again: that is what an agent does.
            }

            await Task.Delay(100, cancel);
        }
    }

    /// <summary>The client itself waits for ever for an answer when the call can be cancelled.</summary>
    private static async Task AskAsync(Func<CancellationToken, Task> ask, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        await ask(either.Token);
    }

    private async Task ConnectAsync(IMqttClient client, CancellationToken cancel)
    {
        var hello = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _epoch = 0;
        client.ApplicationMessageReceivedAsync += message =>
        {
            Hear(message.ApplicationMessage.Payload.ToArray());
            hello.TrySetResult();
            return Task.CompletedTask;
        };
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(device)
            .WithTimeout(TimeSpan.FromSeconds(5))
            .WithCleanStart()
            .Build();
        await client.ConnectAsync(options, cancel);
        await client.SubscribeAsync($"mesh/v1/home/{device}/ack", MqttQualityOfServiceLevel.AtLeastOnce, cancel);
        var birth = $$"""{"online":true,"boot":{{Boot}}}""";
        await PublishAsync(client, "state", birth, retain: true, cancel);
        await hello.Task.WaitAsync(Patience, TimeProvider.System, cancel);
        Rewind();
    }

    private async Task SendAsync(IMqttClient client, CancellationToken cancel)
    {
        if (
            _again
            || (_sent > Acknowledged && TimeProvider.System.GetElapsedTime(Interlocked.Read(ref _heard)) > Patience)
        )
        {
            Rewind();
        }

        var from = _sent + 1;
        var to = Math.Min(from + BatchReadings - 1, Interlocked.Read(ref _last));
        if (to >= from && to - Acknowledged <= Ahead)
        {
            Interlocked.Exchange(ref _sent, to);
            await PublishAsync(client, "readings", Batch(from, to), retain: false, cancel);
        }

        await Task.Delay(Pause, cancel);
    }

    private void Rewind()
    {
        _again = false;
        Interlocked.Exchange(ref _sent, Acknowledged);
        Interlocked.Exchange(ref _heard, TimeProvider.System.GetTimestamp());
    }

    private void Hear(byte[] payload)
    {
        using var json = JsonDocument.Parse(payload);
        var ack = json.RootElement;
        var (boot, upTo, epoch) = (
            ack.GetProperty("boot").GetInt64(),
            ack.GetProperty("upTo").GetInt64(),
            ack.GetProperty("epoch").GetInt64()
        );
        if (boot != Boot || epoch < _epoch)
        {
            return;
        }

        var first = _epoch == 0;
        _epoch = epoch;
        Interlocked.Exchange(ref _heard, TimeProvider.System.GetTimestamp());
        if (first && upTo < Acknowledged)
        {
            Broken = $"{device}: the fog greets with {upTo} although it had acknowledged {Acknowledged}";
        }

        Interlocked.Exchange(ref _acknowledged, Math.Max(Acknowledged, upTo));
        _again |= ack.TryGetProperty("resend", out var resend) && resend.GetBoolean();
    }

    private string Batch(long from, long to)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $$"""{"device":"{{device}}","boot":{{Boot}},"from":{{from}},"readings":["""
        );
        for (var n = from; n <= to; n++)
        {
            text.Append(n == from ? "" : ",");
            text.Append(CultureInfo.InvariantCulture, $$"""{"sensor":"n","value":{{n}},"seq":{{n}}{{Pad()}}}""");
        }

        return text.Append("]}").ToString();
    }

    private string Pad() =>
        Padding == 0
            ? ""
            : $$""","labels":{"pad":"{{Convert.ToHexString(RandomNumberGenerator.GetBytes(Padding / 2))}}"}""";

    private Task<MqttClientPublishResult> PublishAsync(
        IMqttClient client,
        string kind,
        string json,
        bool retain,
        CancellationToken cancel
    ) =>
        client.PublishAsync(
            new MqttApplicationMessageBuilder()
                .WithTopic($"mesh/v1/home/{device}/{kind}")
                .WithPayload(json)
                .WithRetainFlag(retain)
                .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
                .Build(),
            cancel
        );
}
