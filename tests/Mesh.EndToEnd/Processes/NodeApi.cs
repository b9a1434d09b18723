using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Xunit;

namespace Mesh.EndToEnd.Processes;

/// <summary>A node's HTTP API, read as a stranger would: plain GET, plain JSON.</summary>
public sealed class NodeApi(int port) : IDisposable
{
    private readonly HttpClient _http = new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        Timeout = TimeSpan.FromSeconds(20),
    };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A node that cannot answer now (503) is asked again for a while, as its answer says.</summary>
    /// <exception cref="HttpRequestException">Nobody answers.</exception>
    public async Task<JsonElement> Get(string path)
    {
        var cancel = TestContext.Current.CancellationToken;
        var clock = Stopwatch.StartNew();
        while (true)
        {
            using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancel);
            var text = await response.Content.ReadAsStringAsync(cancel);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return JsonDocument.Parse(text).RootElement;
            }

            Assert.True(
                response.StatusCode == HttpStatusCode.ServiceUnavailable && clock.Elapsed < Patience,
                $"GET {path}: {(int)response.StatusCode} {text}"
            );
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancel);
        }
    }

    /// <summary>
    /// All items of a list, page after page, with everything in it that was durable before; fails if the pages do not
    /// come to an end.
    /// </summary>
    public async IAsyncEnumerable<JsonElement> Items(
        string path,
        [EnumeratorCancellation] CancellationToken cancel = default
    )
    {
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var page = $"{path}{separator}limit=1000";
        string? after = null;
        for (var pages = 0; ; pages++)
        {
            cancel.ThrowIfCancellationRequested();
            Assert.True(pages < 10_000, $"GET {path}: no end after {pages} pages");
            var answer = await Get(
                after is null ? $"{page}&fresh=true" : $"{page}&after={Uri.EscapeDataString(after)}"
            );
            foreach (var item in answer.GetProperty("items").EnumerateArray())
            {
                yield return item;
            }

            if (!answer.TryGetProperty("next", out var next) || next.ValueKind == JsonValueKind.Null)
            {
                yield break;
            }

            var cursor = next.ToString();
            Assert.NotEqual(after, cursor);
            after = cursor;
        }
    }

    public async Task<NodeStatus> Status() => new(await Get("/v1/status"));

    public void Dispose() => _http.Dispose();
}

/// <summary>What <c>/v1/status</c> says.</summary>
public sealed class NodeStatus(JsonElement json)
{
    public const string Readings = "readings";

    /// <summary>Items of a lane that the next tier holds.</summary>
    public long Delivered(string lane) =>
        json.GetProperty("lanes").GetProperty(lane).GetProperty("delivered").GetInt64();

    /// <summary>Items still to be delivered, over all lanes.</summary>
    public long Backlog =>
        json.GetProperty("lanes").EnumerateObject().Sum(l => l.Value.GetProperty("backlog").GetInt64());

    /// <summary>A figure of a rule: <c>seen late unkeyed fires</c>.</summary>
    public long Rule(string rule, string figure) =>
        json.GetProperty("rules").GetProperty(rule).GetProperty(figure).GetInt64();

    /// <summary>A figure of the node: <c>readings duplicates resent gaps detections</c>.</summary>
    public long Counter(string name) => json.GetProperty("counters").GetProperty(name).GetInt64();

    public override string ToString() => json.GetRawText();
}
