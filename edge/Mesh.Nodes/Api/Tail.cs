using System.Reactive.Linq;
using System.Text.Json;
using Mesh.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Nodes;

/// <summary>
/// Events as they become durable, to whoever listens: detections always, readings where asked. A listener that is too
/// slow loses the oldest and is told how many; the node never waits for one.
/// </summary>
internal sealed class Tail : IDisposable
{
    /// <summary>Listeners at a time; the next is refused.</summary>
    public const int MaxListeners = 64;

    /// <summary>Silence after which a comment is sent, so that both ends notice a dead connection.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly IDisposable _frames;
    private TailListener[] _listeners = [];

    public Tail(Node node) => _frames = node.Frames.Subscribe(Hand);

    public void Dispose() => _frames.Dispose();

    public async Task FollowAsync(HttpContext context)
    {
        var query = new RequestQuery(context.Request, "readings", "device", "sensor", "rule");
        var choice = new TailChoice(
            query.Boolean("readings") ?? false,
            query.Id("device"),
            query.Id("sensor"),
            query.Id("rule")
        );
        var listener = new TailListener(choice);
        Add(listener);
        try
        {
            var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            using var until = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await SendAsync(context.Response, listener, until.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The listener went or the server stops: the ordinary end of a stream.
        }
        finally
        {
            Remove(listener);
        }
    }

    private static async Task SendAsync(HttpResponse response, TailListener listener, CancellationToken cancel)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        var stream = new EventStream(response.BodyWriter);
        stream.Write("retry: 2000\n\n"u8);
        while (true)
        {
            await stream.FlushAsync(cancel).ConfigureAwait(false);
            if (!await ComesAsync(listener, cancel).ConfigureAwait(false))
            {
                stream.Write(": nothing new\n\n"u8);
                continue;
            }

            // Bounded, so that a stream of readings is flushed while more keep coming.
            for (var i = 0; i < 256 && listener.TryTake(out var item, out var dropped); i++)
            {
                if (dropped > 0)
                {
                    stream.Write("dropped"u8, writer => WriteDropped(writer, dropped));
                }

                stream.Write(item is Reading ? "reading"u8 : "detection"u8, writer => EventJson.Write(writer, item));
            }
        }
    }

    /// <summary>Waits for something to send; false when nothing came for <see cref="KeepAlive"/>.</summary>
    private static async Task<bool> ComesAsync(TailListener listener, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(KeepAlive);
        try
        {
            await listener.WaitAsync(patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private static void WriteDropped(Utf8JsonWriter writer, long dropped)
    {
        writer.WriteStartObject();
        writer.WriteNumber("dropped"u8, dropped);
        writer.WriteEndObject();
    }

    /// <summary>Runs on the node's thread.</summary>
    private void Hand(Frame frame)
    {
        var listeners = Volatile.Read(ref _listeners);
        if (listeners.Length == 0)
        {
            return;
        }

        foreach (var input in frame.Inputs)
        {
            var events = input switch
            {
                RangeArrived arrived => arrived.Range.Items,
                ReadingsArrived arrived => arrived.Readings,
                _ => [],
            };
            Hand(listeners, events);
        }

        Hand(listeners, frame.Outputs.OfType<LaneItem>().Select(o => o.Event));
    }

    private static void Hand(TailListener[] listeners, IEnumerable<MeshEvent> events)
    {
        foreach (var item in events)
        {
            foreach (var listener in listeners)
            {
                listener.Offer(item);
            }
        }
    }

    private void Add(TailListener listener)
    {
        lock (_gate)
        {
            if (_listeners.Length == MaxListeners)
            {
                throw new ProblemException(
                    Problem.Unavailable($"{MaxListeners} listeners follow this node already, that is the most", 10)
                );
            }

            _listeners = [.. _listeners, listener];
        }
    }

    private void Remove(TailListener listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners.Where(l => l != listener)];
        }
    }
}
