using System.Globalization;
using System.IO.Compression;
using System.Net;
using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.Tests.Nodes;

/// <summary>A cloud behind a bad line: keeps ranges as a cloud does, and fails as the test says, before or after that.</summary>
internal sealed class FlakyCloud : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private HopMarks _marks = new();

    /// <summary>What happens to the n-th request, from 0; by default nothing.</summary>
    public Func<int, Trouble> Plan { get; set; } = _ => Trouble.None;

    /// <summary>Items that make every range refused that holds them.</summary>
    public Func<MeshEvent, bool> Poison { get; set; } = _ => false;

    /// <summary>Lanes that are always refused, by 403.</summary>
    public HashSet<Lane> Refused { get; } = [];

    public List<(Lane Lane, long Number, string Text)> Taken { get; } = [];

    public List<Lane> Asked { get; } = [];

    public long LargestBody { get; private set; }

    public List<Skipped> Skipped { get; } = [];

    public enum Trouble
    {
        None,
        RequestLost,
        AnswerLost,
        Failing,
        Nonsense,
        Forgets,
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        await Task.Yield();
        lock (_gate)
        {
            var trouble = Plan(Asked.Count);
            var range = Read(request.RequestUri!, body);
            Asked.Add(range.Lane);
            switch (trouble)
            {
                case Trouble.RequestLost:
                    throw new HttpRequestException("the line is cut");
                case Trouble.Failing:
                    return new HttpResponseMessage(HttpStatusCode.InternalServerError);
                case Trouble.Nonsense:
                    return Answer(HttpStatusCode.OK, "<html>please log in</html>");
                case Trouble.Forgets:
                    _marks = new HopMarks();
                    Taken.Clear();
                    break;
            }

            var answer =
                Refused.Contains(range.Lane) ? new HttpResponseMessage(HttpStatusCode.Forbidden)
                : range.Items.Any(Poison) ? new HttpResponseMessage(HttpStatusCode.UnprocessableEntity)
                : Take(range);
            return trouble == Trouble.AnswerLost ? throw new HttpRequestException("the line is cut") : answer;
        }
    }

    private HttpResponseMessage Take(LaneRange range)
    {
        var fresh = _marks.Trim(range);
        if (fresh is not null)
        {
            _marks.Advance(fresh);
            Skipped.AddRange(fresh.Skipped);
            var first = fresh.To - fresh.Items.Count + 1;
            Taken.AddRange(fresh.Items.Select((item, i) => (range.Lane, first + i, EventJson.Text(item))));
        }

        var upTo = _marks.UpTo(range.Sender, range.Epoch, range.Lane);
        return Answer(
            fresh is null ? HttpStatusCode.Conflict : HttpStatusCode.OK,
            string.Create(CultureInfo.InvariantCulture, $"{{\"upTo\":{upTo},\"epoch\":1}}")
        );
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string body) =>
        new(status) { Content = new StringContent(body) };

    private LaneRange Read(Uri address, byte[] body)
    {
        var parts = address.AbsolutePath.Split('/');
        var numbers = parts[^1].Split('-').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        var lane = Lanes.TryParse(parts[^2], out var named) ? named : throw new FormatException(parts[^2]);
        using var unpacked = new MemoryStream();
        using (var brotli = new BrotliStream(new MemoryStream(body), CompressionMode.Decompress))
        {
            brotli.CopyTo(unpacked);
        }

        LargestBody = Math.Max(LargestBody, unpacked.Length);
        var epoch = long.Parse(parts[^3], CultureInfo.InvariantCulture);
        return RangeJson.Parse(unpacked.ToArray(), parts[^5], epoch, lane, numbers[0], numbers[1]);
    }
}
