namespace Mesh.Nodes;

/// <summary>
/// A bound on every question to a broker. The MQTT client's own timeout counts only for calls that cannot be cancelled:
/// with a token it waits for ever for an answer that was lost, because the broker stands still or has been killed at
/// the wrong instant.
/// </summary>
public static class Patience
{
    /// <summary>A broker that takes longer for an answer has stopped or is stuck.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Asks, and waits for the answer no longer than <see cref="Longest"/>.</summary>
    /// <exception cref="TimeoutException">No answer came.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public static async Task<T> AskAsync<T>(
        Func<CancellationToken, Task<T>> ask,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        using var over = new CancellationTokenSource(Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, over.Token);
        try
        {
            return await ask(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (over.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new TimeoutException("no answer came", e);
        }
    }
}
