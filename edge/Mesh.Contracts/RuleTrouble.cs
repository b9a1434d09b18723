namespace Mesh.Contracts;

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
