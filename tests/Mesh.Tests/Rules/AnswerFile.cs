using Mesh.Tests.Law;
using Xunit;

namespace Mesh.Tests.Rules;

/// <summary>
/// A file of rules and of what is said of them: cases are parted by an empty line, a rule and its answers by <c>=&gt;</c>.
/// What does not begin with <c>-</c> is a comment.
/// </summary>
internal sealed class AnswerFile
{
    private readonly List<(string Rules, string[] Says)> _cases;

    public AnswerFile(string name)
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, "tests", "Mesh.Tests", "Rules", name));
        _cases =
        [
            .. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Where(c => c.StartsWith('-'))
                .Select(c => c.Split("\n=>"))
                .Select(p => (p[0] + "\n", p[1].Split('\n', StringSplitOptions.RemoveEmptyEntries))),
        ];
    }

    public TheoryData<string> Rules => [.. _cases.Select(c => c.Rules)];

    /// <summary>What is said of these rules, a line each.</summary>
    public string[] Of(string rules) => _cases.Single(c => c.Rules == rules).Says;
}
