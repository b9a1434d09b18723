using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Mesh.Cloud;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Benchmarks.Nodes;

/// <summary>
/// Four nodes put ranges of raw readings to a real cloud over loopback HTTP, compressed as a fog does, each waiting for
/// its answer, that is for the cloud's sync, before the next.
/// </summary>
internal static class CloudIntakeFigures
{
    private const int Senders = 4;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        await MeasureAsync(10, 1_000);
        var (full, bare) = await MeasureAsync(25, Limits.RangeItems);
        var (small, _) = await MeasureAsync(25, 100);
        return
        [
            new Figure(
                $"ranges of {Limits.RangeItems:0} readings",
                full,
                "readings/s",
                "ranges of 100 readings",
                small
            ),
            new Figure(
                $"ranges of {Limits.RangeItems:0} readings",
                full,
                "readings/s",
                "append + fdatasync of the bodies",
                bare
            ),
        ];
    }

    private static async Task<(double Rate, double Bare)> MeasureAsync(int ranges, int perRange)
    {
        using var folder = new Folder();
        var bodies = Enumerable.Range(0, Senders).Select(sender => Bodies(sender, ranges, perRange)).ToList();
        await using var cloud = await CloudNode.StartAsync(
            new CloudSettings(
                new NodeSettings
                {
                    Node = "cloud",
                    Tier = Tier.Cloud,
                    Site = "figures",
                    Data = folder.Inside("cloud"),
                    Http = new IPEndPoint(IPAddress.Loopback, 0),
                }
            ),
            TimeProvider.System,
            NullLoggerFactory.Instance,
            "0",
            CancellationToken.None
        );
        using var http = new HttpClient { BaseAddress = cloud.Address };
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(bodies.Select((mine, sender) => SendAsync(http, $"fog-{sender}", mine, perRange)));
        var took = Stopwatch.GetElapsedTime(started);
        var sent = Senders * ranges * perRange;
        FogBed.Check(cloud.Node, sent);
        var bare = BareLog.Append(
            folder.Inside("bare"),
            bodies.SelectMany(b => b).Select(b => (ReadOnlyMemory<byte>)b)
        );
        return (sent / took.TotalSeconds, sent / bare.TotalSeconds);
    }

    private static async Task SendAsync(HttpClient http, string node, List<byte[]> bodies, int perRange)
    {
        for (var i = 0; i < bodies.Count; i++)
        {
            var (from, to) = ((i * perRange) + 1, (i + 1) * perRange);
            using var content = new ByteArrayContent(bodies[i]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            content.Headers.ContentEncoding.Add("br");
            using var answer = await http.PutAsync($"v1/nodes/{node}/epochs/1/readings/{from}-{to}", content);
            var text = await answer.Content.ReadAsByteArrayAsync();
            WrongOutputException.Unless(HttpStatusCode.OK, answer.StatusCode, "answer to a range");
            WrongOutputException.Unless(to, RangeAnswer.Parse(text).UpTo, "items held");
        }
    }

    private static List<byte[]> Bodies(int sender, int ranges, int perRange)
    {
        var climate = new Climate(Timestamp.From(TimeProvider.System.GetUtcNow()) - TimeSpan.FromDays(1));
        var (node, from) = ($"fog-{sender}", 1L);
        var bodies = new List<byte[]>();
        for (var i = 0; i < ranges; i++, from += perRange)
        {
            // The same devices, another run of numbering: no reading is another sender's.
            var items = climate.Next(perRange).Select(r => r.Numbered(sender + 1, r.Seq)).ToList<MeshEvent>();
            bodies.Add(Packed(RangeJson.Write(new LaneRange(node, 1, Lane.Readings, from, items, [], null))));
        }

        return bodies;
    }

    private static byte[] Packed(byte[] json)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(json);
        }

        return packed.ToArray();
    }
}
