namespace Mesh.Contracts;

/// <summary>
/// What a node tells the tier above about itself every few seconds, so that a silent node can be told from one with
/// nothing to send. It is presence, not data: the newest counts, nothing of it is kept.
/// </summary>
/// <param name="Tier"><c>edge</c> or <c>fog</c>.</param>
/// <param name="Site">Where it is.</param>
/// <param name="Version">Of its program.</param>
/// <param name="Epoch">Of its journal.</param>
/// <param name="Backlog">Items per lane that the tier above does not hold yet, in the order of <see cref="Lanes.All"/>.</param>
/// <param name="Sources">Agents and other sources it has heard.</param>
/// <param name="Readings">Readings it has taken since its journal began.</param>
/// <param name="Every">How often this comes, in seconds; three times that without one is silence.</param>
public sealed record NodeState(
    string Tier,
    string Site,
    string Version,
    long Epoch,
    IReadOnlyList<long> Backlog,
    long Sources,
    long Readings,
    long Every
)
{
    /// <summary>What is wrong with its rules; null: nothing, or a program that does not say.</summary>
    public RuleTrouble? Rules { get; init; }
}

/// <summary>What is wrong with the rules of a node.</summary>
/// <param name="Faulted">Rules that have thrown and stopped.</param>
/// <param name="Fault">The first of them and why, at most <see cref="TextLength"/> characters; empty without one.</param>
/// <param name="Problems">What is wrong with changed rule files, which therefore were not taken up.</param>
/// <param name="Problem">The first of that, with file, line and column; cut in the same way.</param>
public sealed record RuleTrouble(long Faulted, string Fault, long Problems, string Problem)
{
    public const int TextLength = 200;

    /// <summary>Null when nothing is wrong.</summary>
    public static RuleTrouble? Of(long faulted, string fault, long problems, string problem) =>
        faulted == 0 && problems == 0 ? null : new RuleTrouble(faulted, Cut(fault), problems, Cut(problem));

    private static string Cut(string text) =>
        text.Length <= TextLength ? text
        : char.IsHighSurrogate(text[TextLength - 2]) ? text[..(TextLength - 2)] + "…"
        : text[..(TextLength - 1)] + "…";
}
