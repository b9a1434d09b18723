using Mesh.Contracts;
using Mesh.Rules;

namespace Mesh.Nodes;

/// <summary>
/// Why a rule of this node said what it said, worked out from the readings that the journal still holds. One explanation
/// at a time, as each may read a day of the journal; those asked for by the cloud do not wait for those asked for here.
/// </summary>
internal sealed class NodeExplainer(Node node) : IDisposable
{
    /// <summary>How far ahead of the instant the readings begin, unless somebody says otherwise.</summary>
    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _one = new(1, 1);

    public void Dispose() => _one.Dispose();

    /// <exception cref="ProblemException">There is no such rule, or the key is not of it.</exception>
    public async Task<Explanation> ExplainAsync(
        string rule,
        IReadOnlyList<KeyValuePair<string, string>> key,
        Timestamp? instant,
        TimeSpan before,
        CancellationToken cancel
    )
    {
        var (rules, clock, status) = node.Look(core =>
            (core.CompiledRules, core.Engine.Clock, core.Engine.Status.FirstOrDefault(s => s.Rule == rule))
        );
        var at = instant ?? clock;
        var options = new ExplainOptions
        {
            Rule = rule,
            Key = key,
            At = at,
            Started = status?.Started,
        };
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // A reading may arrive after its instant.
            var slice = JournalSlice.Read(node.Journal, at - before, at + TimeSpan.FromHours(1));
            return await Task.Run(() => RuleExplainer.Explain(rules, slice, options), cancel).ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            var sentence = e.Message.Split(" (Parameter", 2)[0];
            throw new ProblemException(
                rules.Any(r => r.Id == rule) ? Problem.BadParameter("key", sentence) : Problem.NotFound(sentence)
            );
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The answer to a question of the tier above.</summary>
    public async Task<QuestionAnswer> AnswerAsync(Question question, CancellationToken cancel)
    {
        try
        {
            var explanation = await ExplainAsync(question.Rule, question.Key, question.At, question.Before, cancel)
                .ConfigureAwait(false);
            return new QuestionAnswer(
                true,
                question.Json ? ExplanationJson.Text(explanation) : ExplanationText.Of(explanation)
            );
        }
        catch (ProblemException e)
        {
            return new QuestionAnswer(false, e.Problem.Detail);
        }
    }
}
