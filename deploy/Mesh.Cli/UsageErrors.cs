using System.CommandLine;
using Mesh.Rules.Yaml;

namespace Mesh.Cli;

/// <summary>What is wrong with a command line, with the nearest command or option.</summary>
internal static class UsageErrors
{
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count == 0)
        {
            return parsed.Errors.Select(e => e.Message.TrimEnd('.'));
        }

        // What follows a word that is not understood is not understood either: the first one is the mistake.
        var command = parsed.CommandResult.Command;
        var word = parsed.UnmatchedTokens[0];
        var path = CommandPath.Of(parsed);
        if (word.StartsWith('-'))
        {
            var options = command.Options.Select(o => o.Name).Append("--help").ToList();
            return [$"'{path}' has no option '{word}'{Nearest.Suggestion(word, options)}"];
        }

        var commands = command.Subcommands.Select(c => c.Name).ToList();
        return commands.Count > 0
            ?
            [
                $"'{path}' has no command '{word}'{Nearest.Suggestion(word, commands)}; there are {string.Join(", ", commands)}",
            ]
            : [$"'{path}' takes no further '{word}'"];
    }
}
