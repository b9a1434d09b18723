namespace Mesh.Nodes;

/// <summary>A tier that runs: an agent, a fog or a cloud, with everything around its node.</summary>
public interface IRunningNode : IAsyncDisposable
{
    Node Node { get; }

    /// <summary>One line for whoever started it: where it listens and where its data is.</summary>
    string Ready { get; }

    /// <summary>Ends when it has nothing more to do by itself; fails when its journal failed.</summary>
    Task Completion { get; }

    /// <summary>Ends what it began in good order before it is disposed: bounded, and never needed for safety.</summary>
    Task FinishAsync();
}
