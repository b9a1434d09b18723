using Microsoft.Extensions.Hosting;

namespace Mesh.Nodes;

/// <summary>Hops end when they are stopped; one that ends by an error nobody foresaw must not do so in silence.</summary>
public static class HopTasks
{
    /// <summary>Ends as the node does, or fails as the first hop that fails.</summary>
    /// <param name="node">The end of the node.</param>
    /// <param name="hops">Running hops; those that are null are left out.</param>
    public static async Task EndAsync(Task node, params IEnumerable<BackgroundService?> hops)
    {
        var running = hops.Select(h => h?.ExecuteTask).OfType<Task>().Append(node).ToList();
        while (true)
        {
            var ended = await Task.WhenAny(running).ConfigureAwait(false);
            if (ended == node || ended.IsFaulted)
            {
                await ended.ConfigureAwait(false);
                return;
            }

            running.Remove(ended);
        }
    }
}
