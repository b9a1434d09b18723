using System.Diagnostics;
using Xunit;

namespace Mesh.EndToEnd.Processes;

/// <summary>Waiting for other processes: for a condition, never for a time, and never longer than a deadline.</summary>
public static class Until
{
    /// <summary>Asks again every <paramref name="pause"/> (default 20 ms) until the answer is yes.</summary>
    public static async Task True(
        Func<Task<bool>> condition,
        TimeSpan deadline,
        Func<string> otherwise,
        TimeSpan? pause = null
    )
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < deadline, $"not within {deadline.TotalSeconds:0} s: {otherwise()}");
            await Task.Delay(
                pause ?? TimeSpan.FromMilliseconds(20),
                TimeProvider.System,
                TestContext.Current.CancellationToken
            );
        }
    }
}
