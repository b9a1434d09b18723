using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// The store shows frames about a second late. A request that must see what it (or somebody) wrote before says so, and
/// waits here until the store has come that far.
/// </summary>
public static class Freshness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <exception cref="ProblemException">The store is still behind after five seconds.</exception>
    public static async Task WaitAsync(Node node, RequestQuery query, CancellationToken cancel)
    {
        var last = node.Journal.LastFrame;
        var wanted = query.Whole("after_frame", 0, Limits.Number) ?? 0;
        if (wanted > last)
        {
            throw RequestQuery.Wrong("after_frame", $"'after_frame' is {wanted}; the journal ends at frame {last}");
        }

        if (query.Boolean("fresh") == true)
        {
            wanted = last;
        }

        if (wanted > 0 && !await node.Store.WaitFor(wanted, Patience, cancel).ConfigureAwait(false))
        {
            throw new ProblemException(
                Problem.Unavailable(
                    $"the store shows frames up to {node.Store.AppliedFrame}, {wanted} was asked for; it did not get there within {Patience.TotalSeconds:0} s",
                    1
                )
            );
        }
    }
}
