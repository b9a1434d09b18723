using System.Diagnostics;
using System.Globalization;
using Mesh.Contracts;
using Xunit;

namespace Mesh.Tests.Cloud;

public class IntakeSpeedTests
{
    /// <summary>Prints a figure and asserts none: what is asserted is that all of it arrived.</summary>
    [Fact]
    public async Task Ranges_of_four_senders_arrive_whole_and_how_fast_is_printed()
    {
        const int ranges = 10;
        const int size = 2000;
        await using var cloud = await RunningCloud.StartAsync();
        var senders = Enumerable
            .Range(0, 4)
            .Select(sender =>
                Enumerable
                    .Range(0, ranges)
                    .Select(i => Sent.Readings(1 + (i * size), size, $"env-{sender}") with { Sender = $"fog-{sender}" })
                    .Select(range => (Address: RunningCloud.AddressOf(range), Json: RangeJson.Write(range)))
                    .ToList()
            )
            .ToList();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(
            senders.Select(async sender =>
            {
                foreach (var (address, json) in sender)
                {
                    using var answer = await cloud.PutAsync(address, json, "br");
                    Assert.True(answer.IsSuccessStatusCode);
                }
            })
        );
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var counts = await cloud.GetAsync("v1/counts?fresh=true");
        Assert.Equal(4L * ranges * size, counts.GetProperty("readings").GetInt64());
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{4 * ranges * size / seconds:N0} readings/s durably taken")
        );
    }
}
