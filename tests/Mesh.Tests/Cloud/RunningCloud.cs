using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Mesh.Cloud;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Tests.Cloud;

/// <summary>A cloud on a free port of the loopback, in a folder of its own, asked over real HTTP.</summary>
public sealed class RunningCloud : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private RunningCloud(DirectoryInfo folder, CloudNode node)
    {
        _folder = folder;
        Node = node;
        Http = new HttpClient { BaseAddress = node.Address };
    }

    public CloudNode Node { get; private set; }

    public HttpClient Http { get; private set; }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RunningCloud> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("mesh-cloud-");
        return new RunningCloud(folder, await OpenAsync(folder));
    }

    /// <summary>Stops the cloud and starts it again on the same data.</summary>
    public async Task RestartAsync()
    {
        Http.Dispose();
        await Node.DisposeAsync();
        Node = await OpenAsync(_folder);
        Http = new HttpClient { BaseAddress = Node.Address };
    }

    public Task<HttpResponseMessage> PutAsync(LaneRange range, string encoding = "br") =>
        PutAsync(AddressOf(range), RangeJson.Write(range), encoding);

    public async Task<HttpResponseMessage> PutAsync(string address, byte[] json, string encoding = "")
    {
        using var content = new ByteArrayContent(Pack(json, encoding));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (encoding.Length > 0)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return await Http.PutAsync(address, content, Cancel);
    }

    /// <summary>Puts a range that must be taken; up to which item the cloud holds the lane then.</summary>
    public async Task<long> TakeAsync(LaneRange range)
    {
        using var response = await PutAsync(range);
        var body = await response.Content.ReadAsByteArrayAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return RangeAnswer.Parse(body).UpTo;
    }

    public async Task<JsonElement> GetAsync(string address)
    {
        using var response = await Http.GetAsync(address, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{address}: {(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>All pages of a list, each of at most <paramref name="limit"/> items.</summary>
    public async Task<List<JsonElement>> ListAsync(string address, int limit)
    {
        var items = new List<JsonElement>();
        var sign = address.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        for (string? after = null; ; )
        {
            var page = await GetAsync(
                $"{address}{sign}limit={limit}" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}")
            );
            Assert.InRange(page.GetProperty("items").GetArrayLength(), 0, limit);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            if (!page.TryGetProperty("next", out var next))
            {
                return items;
            }

            after = next.GetString();
        }
    }

    public async Task<List<JsonElement>> NodesAsync() =>
        [.. (await GetAsync("v1/nodes")).GetProperty("items").EnumerateArray()];

    public static string AddressOf(LaneRange range) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"v1/nodes/{range.Sender}/epochs/{range.Epoch}/{Lanes.Name(range.Lane)}/{range.From}-{range.To}"
        );

    public static byte[] Pack(byte[] bytes, string encoding)
    {
        using var packed = new MemoryStream();
        using (
            Stream to = encoding switch
            {
                "br" => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
                "gzip" => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
                _ => packed,
            }
        )
        {
            to.Write(bytes);
            to.Flush();
            if (encoding.Length == 0)
            {
                return packed.ToArray();
            }
        }

        return packed.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Node.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static Task<CloudNode> OpenAsync(DirectoryInfo folder)
    {
        var node = new NodeSettings
        {
            Node = "cloud",
            Tier = Tier.Cloud,
            Site = "office",
            Data = folder.FullName,
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            SegmentBytes = 4 * 1024 * 1024,
        };
        return CloudNode.StartAsync(
            new CloudSettings(node),
            TimeProvider.System,
            NullLoggerFactory.Instance,
            "test",
            Cancel
        );
    }
}
