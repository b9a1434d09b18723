using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>What a node's host tells its API beside the node itself.</summary>
public sealed record NodeFacts
{
    /// <summary>Of the program.</summary>
    public string Version { get; init; } = "0";

    /// <summary>The hops that carry this node's lanes on.</summary>
    public IReadOnlyList<HopStatus> Hops { get; init; } = [];

    /// <summary>How the sinks do that have had something to do; null where none run.</summary>
    public Func<IReadOnlyCollection<HopStatus>>? Sinks { get; init; }

    /// <summary>What looks after the node's rule files; null where nothing does.</summary>
    public RulesWatch? Rules { get; init; }

    /// <summary>Connected clients of the node's broker; null where there is none.</summary>
    public Func<int>? Clients { get; init; }

    /// <summary>Messages that were not understood; null where none can come.</summary>
    public Func<long>? Rejected { get; init; }

    /// <summary>Asks a node below for an explanation; null where none is below, a null answer when it gave none in time.</summary>
    public Func<string, Question, CancellationToken, Task<QuestionAnswer?>>? Ask { get; init; }

    /// <summary>The wall clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether commands given here reach devices.</summary>
    public bool Commands { get; init; } = true;
}
