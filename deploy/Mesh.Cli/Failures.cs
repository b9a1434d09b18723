using System.Net.Sockets;
using Mesh.Nodes;
using Mesh.Rules.Yaml;

namespace Mesh.Cli;

/// <summary>A command or configuration is wrong; the message is the whole story.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(string message)
        : base(message) { }

    public UsageException(Diagnostics diagnostics)
        : base(string.Join('\n', diagnostics.Items)) { }

    public UsageException(string message, Exception inner)
        : base(message, inner) { }

    /// <summary>What the rules say about what was asked of them, without the parameter's name behind it.</summary>
    public UsageException(ArgumentException refused)
        : base(refused.Message.Split(" (Parameter", 2)[0], refused) { }

    public UsageException() { }
}

/// <summary>Turns what can go wrong with the world into one message and an exit code; defects of ours stay loud.</summary>
internal static class Failures
{
    public static async Task<int> CatchAsync(Func<Task<int>> run)
    {
        // Ctrl-C is listened to only once the command has given way for the first time: let that be before it starts anything.
        await Task.Yield();
        try
        {
            return await run();
        }
        catch (UsageException e)
        {
            return await SayAsync(e.Message, Exit.Usage);
        }
        catch (JournalFailedException e)
        {
            return await SayAsync($"mesh: {e.Message}", Exit.JournalFailed);
        }
        catch (NodeStoppedException e) when (e.InnerException is JournalFailedException inner)
        {
            return await SayAsync($"mesh: {inner.Message}", Exit.JournalFailed);
        }
        catch (Exception e) when (e is JournalFullException or DiskException { IsFull: true })
        {
            return await SayAsync($"mesh: {e.Message}: free space and start again", Exit.DiskFull);
        }
        catch (Exception e) when (e is JournalRefusedException or StoreRefusedException)
        {
            return await SayAsync($"mesh: {e.Message}", Exit.ForeignData);
        }
        catch (Exception e)
            when (e
                    is EndPointException
                        or DiskException
                        or IOException
                        or UnauthorizedAccessException
                        or HttpRequestException
                        or SocketException
            )
        {
            return await SayAsync($"mesh: {e.Message}", Exit.Failed);
        }
        catch (OperationCanceledException)
        {
            return Exit.Failed;
        }
    }

    private static async Task<int> SayAsync(string message, int code)
    {
        await Terminal.Error.WriteLineAsync(message);
        return code;
    }
}
