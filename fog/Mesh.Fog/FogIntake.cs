using System.Buffers;
using System.Text;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.Extensions.Logging;

namespace Mesh.Fog;

/// <summary>What became of a message.</summary>
public enum Taken : byte
{
    /// <summary>Its topic is not one on which agents speak to their fog.</summary>
    NotOurs,

    /// <summary>It is durable, and answered.</summary>
    Durable,

    /// <summary>Nothing of it was taken, because something before it is missing; the answer says what.</summary>
    Gap,

    /// <summary>It is not understood, and never will be.</summary>
    NotUnderstood,
}

/// <summary>A <see cref="FogDesk"/> with the node behind it: waits until what was heard is durable, then answers.</summary>
public sealed partial class FogIntake : IDisposable
{
    private readonly Node _node;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly FogDesk _desk;
    private readonly Func<Letter, Task> _publish;
    private readonly IDisposable _watch;
    private readonly ThreadLocal<NameTable> _names = new(() => new NameTable());
    private long _rejected;
    private (string Sender, string Reason) _said;

    /// <param name="node">The fog's node.</param>
    /// <param name="publish">Publishes with QoS 1; does not throw.</param>
    /// <param name="time">For readings without a time, and for how long a command is still valid.</param>
    /// <param name="log">Says what was not understood.</param>
    public FogIntake(Node node, Func<Letter, Task> publish, TimeProvider time, ILogger log)
    {
        (_node, _publish, _time, _log) = (node, publish, time, log);
        _desk = new FogDesk(node.Settings.Site, node.Epoch);
        _watch = node.Frames.Subscribe(Deliver);
    }

    /// <summary>Messages that were not understood.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <returns>What became of it, and why where it was not understood.</returns>
    /// <exception cref="NodeStoppedException">It may not be held: the sender is told nothing.</exception>
    /// <exception cref="NodeBusyException">It is not held: the sender is told nothing, and keeps it.</exception>
    public async Task<(Taken Taken, string? Reason)> TakeAsync(
        string sender,
        string topic,
        ReadOnlySequence<byte> payload,
        CancellationToken cancel
    )
    {
        Heard? heard;
        try
        {
            var bytes = payload.IsSingleSegment ? payload.First : payload.ToArray();
            heard = FogDesk.Hear(topic, bytes.Span, Now, _names.Value!);
        }
        catch (WireException e)
        {
            await SetAsideAsync(sender, topic, payload, e.Message, cancel).ConfigureAwait(false);
            return (Taken.NotUnderstood, e.Message);
        }

        if (heard is null)
        {
            return (Taken.NotOurs, null);
        }

        // A greeting speaks of what the core knows before the birth is taken: that is durable by the time the birth is. Looked
        // at afterwards, the core may already be in a turn that no disk holds yet.
        var greeting = heard.IsBirth ? _node.Look(core => _desk.Greet(heard, core, Now)) : [];
        var outcome = await _node.AcceptAsync(heard.Input, cancel).ConfigureAwait(false);
        if (heard.IsBirth)
        {
            foreach (var letter in greeting)
            {
                await _publish(letter).ConfigureAwait(false);
            }
        }
        else if (_desk.Answer(heard, outcome) is { } letter)
        {
            await _publish(letter).ConfigureAwait(false);
        }

        return (outcome.Gap ? Taken.Gap : Taken.Durable, null);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _names.Dispose();
    }

    /// <summary>What is not understood must be durable too, before its sender may forget it: a person may want to see it.</summary>
    private async Task SetAsideAsync(
        string sender,
        string topic,
        ReadOnlySequence<byte> payload,
        string reason,
        CancellationToken cancel
    )
    {
        if (Interlocked.Increment(ref _rejected) == 1 || _said != (sender, reason))
        {
            _said = (sender, reason);
            LogRejected(_log, sender, topic, reason);
        }

        var start = Encoding.UTF8.GetString(
            payload.Slice(0, Math.Min(payload.Length, MessageSetAside.MaxStart)).ToArray()
        );
        var aside = new MessageSetAside(sender, topic, reason, payload.Length, start);
        await _node.AcceptAsync(aside, cancel).ConfigureAwait(false);
    }

    private Timestamp Now => Timestamp.From(_time.GetUtcNow());

    /// <summary>On the node's thread: hands what a durable frame sends out over, which queues it.</summary>
    private void Deliver(Frame frame)
    {
        foreach (var letter in _desk.Orders(frame, Now))
        {
            _ = _publish(letter);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "a message of {Sender} on {Topic} is not understood: {Reason}; it is set aside, 'mesh deadletters list' shows it"
    )]
    private static partial void LogRejected(ILogger log, string sender, string topic, string reason);
}
