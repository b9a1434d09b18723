using System.Security.Cryptography;
using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.Cloud;

/// <summary>
/// Questions for nodes below, which are told them in the answer to their next state and answer by themselves: nothing
/// here reaches into a site. At most <see cref="QuestionJson.MaxQuestions"/> wait per node and <see cref="Most"/> in all;
/// further ones are refused. One that is not answered within <see cref="Question.Patience"/> is forgotten.
/// </summary>
/// <param name="reports">Whether a node tells this cloud its state.</param>
/// <param name="time">For giving up.</param>
public sealed class Questions(Func<string, bool> reports, TimeProvider time)
{
    public const int Most = 256;

    private readonly Lock _gate = new();
    private readonly List<Waiting> _waiting = [];

    private sealed record Waiting(string Node, Question Question, TaskCompletionSource<QuestionAnswer> Answer);

    /// <summary>Asks and waits; null when no answer came in time.</summary>
    /// <exception cref="ProblemException">The node does not report to this cloud, or too many questions wait.</exception>
    public async Task<QuestionAnswer?> AskAsync(string node, Question question, CancellationToken cancel)
    {
        if (!reports(node))
        {
            throw new ProblemException(
                Problem.NotFound($"{node} does not report to this cloud, so it cannot be asked")
            );
        }

        var waiting = new Waiting(
            node,
            question with
            {
                Id = RandomNumberGenerator.GetHexString(32, lowercase: true),
            },
            new TaskCompletionSource<QuestionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        lock (_gate)
        {
            if (_waiting.Count >= Most || _waiting.Count(w => w.Node == node) >= QuestionJson.MaxQuestions)
            {
                throw new ProblemException(
                    Problem.Unavailable($"too many questions wait for {node}", (int)Question.Patience.TotalSeconds)
                );
            }

            _waiting.Add(waiting);
        }

        try
        {
            return await waiting.Answer.Task.WaitAsync(Question.Patience, time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            lock (_gate)
            {
                _waiting.Remove(waiting);
            }
        }
    }

    /// <summary>What waits for a node's answer; it is told again until it has answered.</summary>
    public IReadOnlyList<Question> For(string node)
    {
        lock (_gate)
        {
            return [.. _waiting.Where(w => w.Node == node).Select(w => w.Question)];
        }
    }

    /// <summary>Takes an answer; false when nobody waits for it any more.</summary>
    public bool Take(string node, string id, QuestionAnswer answer)
    {
        lock (_gate)
        {
            return _waiting.Find(w => w.Node == node && w.Question.Id == id)?.Answer.TrySetResult(answer) ?? false;
        }
    }
}
