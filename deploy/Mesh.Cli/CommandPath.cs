using System.CommandLine;
using System.CommandLine.Parsing;

namespace Mesh.Cli;

internal static class CommandPath
{
    /// <summary>The command as it was typed: <c>mesh rules check</c>.</summary>
    public static string Of(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult)
        {
            names.Push(at.Command is RootCommand ? "mesh" : at.Command.Name);
        }

        return string.Join(' ', names);
    }
}
