using Mesh.Rules;

namespace Mesh.Nodes;

/// <summary>
/// An assembly with rules in code. Its file name and hash are journaled with the rule files, so that a replay knows which
/// code ran; the code itself is not in the journal.
/// </summary>
/// <param name="File">Its path.</param>
/// <param name="Sha256">Lower-case hexadecimal digits: what makes it this assembly and no other.</param>
/// <param name="Rules">What the program loaded from it.</param>
public sealed record RuleAssembly(string File, string Sha256, IReadOnlyList<CompiledRule> Rules)
{
    private const string Extension = ".dll";
    private const string Mark = "sha256:";

    /// <summary>How it stands among the rule files.</summary>
    public NamedText Entry => new(File, Mark + Sha256);

    /// <summary>Whether an entry among rule files stands for an assembly.</summary>
    public static bool IsEntry(NamedText file) =>
        file.Name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
        && file.Text.StartsWith(Mark, StringComparison.Ordinal);

    /// <summary>The hash an entry names.</summary>
    public static string HashOf(NamedText entry) => entry.Text[Mark.Length..];
}
