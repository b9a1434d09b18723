using Mesh.Nodes;
using Xunit;

namespace Mesh.Tests.Nodes;

public sealed class IntakeQueueTests
{
    [Fact]
    public async Task Senders_wait_outside_a_full_queue_until_a_turn_makes_room()
    {
        var queue = new IntakeQueue();
        for (var i = 0; i < IntakeQueue.MaxReadings; i += 512)
        {
            await queue.EnqueueAsync(new RangeArrived(Some.Range(1 + i, 512)), OpenNode.Cancel);
        }

        var waiting = queue.EnqueueAsync(new RangeArrived(Some.Range(1, 1)), OpenNode.Cancel);
        Assert.False(waiting.IsCompleted);
        var turn = new List<PendingInput>();
        queue.Take(turn, TimeSpan.Zero);
        Assert.Equal(IntakeQueue.TurnReadings, turn.Sum(p => p.Readings));
        await waiting.WaitAsync(TimeSpan.FromSeconds(5), OpenNode.Cancel);
    }

    [Fact]
    public async Task Inputs_without_readings_fill_the_queue_too()
    {
        var queue = new IntakeQueue();
        for (var i = 0; i < IntakeQueue.MaxReadings; i++)
        {
            var accepted = queue.EnqueueAsync(new ReadingsArrived("a", [], null), OpenNode.Cancel);
            Assert.True(accepted.IsCompletedSuccessfully);
            await accepted;
        }

        Assert.False(queue.EnqueueAsync(new ReadingsArrived("a", [], null), OpenNode.Cancel).IsCompleted);
    }

    [Fact]
    public async Task A_sender_that_gives_up_takes_nobody_elses_place()
    {
        var queue = new IntakeQueue();
        await queue.EnqueueAsync(new RangeArrived(Some.Range(1, IntakeQueue.MaxReadings)), OpenNode.Cancel);
        using var impatient = new CancellationTokenSource();
        var first = queue.EnqueueAsync(new RangeArrived(Some.Range(1, 1)), impatient.Token);
        var second = queue.EnqueueAsync(new RangeArrived(Some.Range(1, 1)), OpenNode.Cancel);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        queue.Take([], TimeSpan.Zero);
        await second.WaitAsync(TimeSpan.FromSeconds(5), OpenNode.Cancel);
    }

    [Fact]
    public async Task What_waits_when_the_queue_closes_is_refused()
    {
        var queue = new IntakeQueue();
        var pending = await queue.EnqueueAsync(
            new RangeArrived(Some.Range(1, IntakeQueue.MaxReadings)),
            OpenNode.Cancel
        );
        var outside = queue.EnqueueAsync(new RangeArrived(Some.Range(1, 1)), OpenNode.Cancel);
        queue.Close(new NodeStoppedException("test"));
        await Assert.ThrowsAsync<NodeStoppedException>(() => pending.Durable.Task);
        await Assert.ThrowsAsync<NodeStoppedException>(() => outside);
        await Assert.ThrowsAsync<NodeStoppedException>(() =>
            queue.EnqueueAsync(new SourceChanged("a", true), OpenNode.Cancel)
        );
    }
}
