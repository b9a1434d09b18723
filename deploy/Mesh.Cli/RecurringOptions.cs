using System.CommandLine;

namespace Mesh.Cli;

/// <summary>Options that mean the same wherever they stand; see <see cref="NodeOption"/> too.</summary>
internal static class RecurringOptions
{
    /// <summary><c>--output</c>: one of two forms, the first unless the user says otherwise.</summary>
    public static Option<string> Output(string usual, string other)
    {
        var output = new Option<string>("--output", "-o")
        {
            Description = $"{usual} or {other}",
            DefaultValueFactory = _ => usual,
        };
        output.AcceptOnlyFromAmong(usual, other);
        return output;
    }

    public static Option<string?> Mapping() =>
        new("--mapping", "-m") { Description = "How to read a foreign log (YAML)" };
}
