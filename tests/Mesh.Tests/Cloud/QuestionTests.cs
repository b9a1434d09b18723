using System.Net;
using Mesh.Contracts;
using Mesh.Nodes;
using Mesh.Tests.Nodes;
using Mesh.World;
using Xunit;

namespace Mesh.Tests.Cloud;

public sealed class QuestionTests
{
    private const string Ask = "/v1/rules/hot/explain?format=text&key=device%3Dof-agent-1&node=fog-1";

    [Fact]
    public async Task A_fog_explains_its_rule_to_who_asks_the_cloud()
    {
        await using var cloud = await RunningCloud.StartAsync();
        using var fog = OpenNode.On(new LockedDisk(new MemoryDisk()));
        await fog.TakeAsync(Some.Range(1, 60));
        await SayAsync(cloud);
        var asked = cloud.Http.GetAsync(
            new Uri($"{Ask}&at=2026-03-02T08:00:51Z", UriKind.Relative),
            RunningCloud.Cancel
        );
        var wrong = cloud.Http.GetAsync(
            new Uri(Ask.Replace("hot", "cold", StringComparison.Ordinal), UriKind.Relative),
            RunningCloud.Cancel
        );

        // The fog reports when both questions wait, and answers by itself.
        await Nodes.NodeOnDiskTests.Until(async () => (await SayAsync(cloud)).Count == 2);
        using var handler = new SocketsHttpHandler();
        using var report = new StateReport(fog, cloud.Node.Address, handler, TimeProvider.System, "1");
        await report.StartAsync(RunningCloud.Cancel);
        using var answer = await asked;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(
            "temperature",
            await answer.Content.ReadAsStringAsync(RunningCloud.Cancel),
            StringComparison.Ordinal
        );
        using var problem = await wrong;
        Assert.Equal(HttpStatusCode.NotFound, problem.StatusCode);
        using var said = System.Text.Json.JsonDocument.Parse(
            await problem.Content.ReadAsStringAsync(RunningCloud.Cancel)
        );
        Assert.StartsWith("fog-1: there is no rule 'cold'", said.RootElement.GetProperty("detail").GetString());
        await report.StopAsync(RunningCloud.Cancel);
        Assert.Empty(await SayAsync(cloud));
    }

    [Fact]
    public async Task A_node_that_does_not_report_cannot_be_asked()
    {
        await using var cloud = await RunningCloud.StartAsync();
        using var answer = await cloud.Http.GetAsync(new Uri(Ask, UriKind.Relative), RunningCloud.Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains(
            "fog-1 does not report to this cloud",
            await answer.Content.ReadAsStringAsync(RunningCloud.Cancel),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_question_without_an_answer_is_given_up_and_only_so_many_wait()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var questions = new Mesh.Cloud.Questions(node => node == "fog-1", time);
        var question = new Question("", "hot", [], null, TimeSpan.FromDays(1), Json: false);
        await Assert.ThrowsAsync<ProblemException>(() => questions.AskAsync("fog-2", question, RunningCloud.Cancel));
        var asked = Enumerable
            .Range(0, QuestionJson.MaxQuestions)
            .Select(_ => questions.AskAsync("fog-1", question, RunningCloud.Cancel))
            .ToList();
        await Assert.ThrowsAsync<ProblemException>(() => questions.AskAsync("fog-1", question, RunningCloud.Cancel));
        var first = questions.For("fog-1")[0].Id;
        Assert.False(questions.Take("fog-2", first, new QuestionAnswer(true, "no")));
        Assert.True(questions.Take("fog-1", first, new QuestionAnswer(true, "yes")));
        Assert.Equal("yes", (await asked[0])!.Text);
        time.Advance(Question.Patience);
        Assert.All(await Task.WhenAll(asked.Skip(1)), Assert.Null);
        Assert.Empty(questions.For("fog-1"));
        Assert.False(questions.Take("fog-1", first, new QuestionAnswer(true, "late")));
    }

    private static NodeState State => new("fog", "home", "1", 5, [0, 0, 0, 0], 1, 60, 5);

    private static async Task<IReadOnlyList<Question>> SayAsync(RunningCloud cloud)
    {
        using var answer = await cloud.PutAsync("/v1/nodes/fog-1/state", NodeStateJson.Write(State));
        return answer.StatusCode == HttpStatusCode.NoContent
            ? []
            : QuestionJson.Parse(await answer.Content.ReadAsByteArrayAsync(RunningCloud.Cancel));
    }
}
