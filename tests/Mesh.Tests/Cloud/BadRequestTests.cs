using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mesh.Tests.Law;
using Xunit;

namespace Mesh.Tests.Cloud;

public class BadRequestTests
{
    /// <summary>The requests of bad-requests.txt, all to one cloud, which must still be well behind them.</summary>
    [Fact]
    public async Task Every_bad_request_is_told_what_was_wrong_and_what_is_expected()
    {
        await using var cloud = await RunningCloud.StartAsync();
        var wrong = new List<string>();
        foreach (var (request, expected) in Cases())
        {
            var found = await AskAsync(cloud.Http, request);
            if (found != expected)
            {
                wrong.Add($"{request}\n  expected {expected}\n  found    {found}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        Assert.Equal("ok", (await cloud.GetAsync("health")).GetProperty("status").GetString());
    }

    private static async Task<string> AskAsync(HttpClient http, string request)
    {
        var parts = request.Split(" < ", 2);
        var (method, address) = (parts[0].Split(' ')[0], parts[0].Split(' ')[1]);
        using var message = new HttpRequestMessage(new HttpMethod(method), address);
        if (parts.Length == 2)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(parts[1]));
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var answer = await http.SendAsync(message, RunningCloud.Cancel);
        var text = await answer.Content.ReadAsStringAsync(RunningCloud.Cancel);
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return $"{(int)answer.StatusCode} without a problem: {text}";
        }

        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        var kind = problem.GetProperty("type").GetString()!.Replace("urn:mesh:problem:", "", StringComparison.Ordinal);
        return $"{(int)answer.StatusCode} {kind}: {problem.GetProperty("detail").GetString()}";
    }

    private static IEnumerable<(string Request, string Expected)> Cases()
    {
        var lines = File.ReadAllLines(Path.Combine(Checkout.Root, "tests/Mesh.Tests/Cloud/bad-requests.txt"))
            .Where(l => l.Length > 0 && l[0] != '#')
            .ToList();
        return lines.Chunk(2).Select(c => (c[0], c[1]));
    }
}
