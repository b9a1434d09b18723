using System.Buffers;
using System.Collections.Concurrent;
using Mesh.Contracts;
using Mesh.Fog;
using Mesh.Tests.Nodes;
using Mesh.World;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Fogs;

/// <summary>The counter-example of the model's mutant HELLO_EARLY (tests/models).</summary>
public sealed class GreetingTests
{
    /// <summary>
    /// The agent is reborn while a batch of its former connection is in the node. Which thread comes first is left to
    /// chance, so there are some rounds; a greeting that waits for the disk is right in every one.
    /// </summary>
    [Fact]
    public async Task A_birth_is_answered_with_what_the_disk_holds_never_with_what_a_turn_has_just_taken()
    {
        using var held = new SemaphoreSlim(0);
        using var waiting = new SemaphoreSlim(0);
        var holds = false;
        var disk = new LockedDisk(new MemoryDisk())
        {
            BeforeSync = () =>
            {
                if (Volatile.Read(ref holds))
                {
                    waiting.Release();
                    held.Wait();
                }
            },
        };
        using var node = OpenNode.On(disk);
        var said = new ConcurrentQueue<Letter>();
        using var intake = new FogIntake(node, Say, TimeProvider.System, NullLogger.Instance);
        try
        {
            for (var round = 0; round < 40; round++)
            {
                Volatile.Write(ref holds, true);
                var birth = TakeAsync(TopicKind.State, AgentJson.Write(new AgentState(true, 3, "1", Recorded: false)));
                await waiting.WaitAsync(OpenNode.Cancel);
                var range = Some.Range(1 + (round * 10), 10);
                var late = TakeAsync(
                    TopicKind.Readings,
                    BatchJson.Write(new ReadingBatch(3, range.From, [.. range.Items.Cast<Reading>()], null))
                );
                held.Release();
                await birth;
                await waiting.WaitAsync(OpenNode.Cancel);
                Assert.True(said.TryDequeue(out var greeting));
                Assert.Equal(round * 10, AgentJson.ParseAcknowledgement(greeting.Payload).UpTo);
                Volatile.Write(ref holds, false);
                held.Release();
                await late;
                Assert.True(said.TryDequeue(out var answer));
                Assert.Equal((round * 10) + 10, AgentJson.ParseAcknowledgement(answer.Payload).UpTo);
            }
        }
        finally
        {
            // A round that fails must not leave the node waiting for its disk.
            Volatile.Write(ref holds, false);
            held.Release(2);
        }

        Task Say(Letter letter)
        {
            if (letter.Topic.EndsWith("/ack", StringComparison.Ordinal))
            {
                said.Enqueue(letter);
            }

            return Task.CompletedTask;
        }

        Task<(Taken, string?)> TakeAsync(TopicKind kind, byte[] payload) =>
            intake.TakeAsync(
                "agent-1",
                Topics.Of("home", "agent-1", kind),
                new ReadOnlySequence<byte>(payload),
                OpenNode.Cancel
            );
    }
}
