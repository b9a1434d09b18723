using System.Globalization;
using Mesh.Contracts;
using Mesh.Rules.Yaml;
using Microsoft.AspNetCore.Http;

namespace Mesh.Nodes;

/// <summary>
/// The parameters behind the question mark, read strictly: what is not known, appears twice or has the wrong form is a
/// problem that names the parameter and says what is expected. Nothing is guessed and nothing ignored.
/// </summary>
public sealed class RequestQuery
{
    /// <summary>Entries of a list answered at once, unless asked otherwise.</summary>
    public const int DefaultLimit = 100;

    /// <summary>Entries of a list answered at once at most; the answer's <c>next</c> leads on.</summary>
    public const int MaxLimit = 1000;

    private readonly IQueryCollection _query;

    /// <param name="request">Whose parameters they are.</param>
    /// <param name="known">The names this address knows; <c>fresh</c> and <c>after_frame</c> are known everywhere.</param>
    /// <exception cref="ProblemException">A parameter is unknown or appears twice.</exception>
    public RequestQuery(HttpRequest request, params ReadOnlySpan<string> known)
        : this(request, [], known) { }

    /// <param name="request">Whose parameters they are.</param>
    /// <param name="lists">The names that may appear several times.</param>
    /// <param name="known">The other names this address knows.</param>
    /// <exception cref="ProblemException">A parameter is unknown, or appears twice and must not.</exception>
    public RequestQuery(HttpRequest request, string[] lists, params ReadOnlySpan<string> known)
    {
        _query = request.Query;
        string[] names = [.. known, .. lists, "fresh", "after_frame"];
        foreach (var (name, values) in _query)
        {
            var shown = Shorten(name);
            if (!names.Contains(name, StringComparer.Ordinal))
            {
                throw Wrong(
                    shown,
                    $"there is no parameter '{shown}' here{Nearest.Suggestion(name, names)}; known are {string.Join(", ", names)}"
                );
            }

            if (values.Count != 1 && !lists.Contains(name, StringComparer.Ordinal))
            {
                throw Wrong(shown, $"'{shown}' appears {values.Count} times; once is expected");
            }
        }
    }

    /// <summary>The text of a parameter; null when absent or empty.</summary>
    public string? Text(string name) =>
        _query.TryGetValue(name, out var values) && values is [{ Length: > 0 } text] ? text : null;

    /// <summary>The texts of a parameter that may appear several times; at most 32.</summary>
    public IReadOnlyList<string> All(string name) =>
        _query.TryGetValue(name, out var values) ? [.. values.OfType<string>().Where(v => v.Length > 0).Take(32)] : [];

    /// <summary>A duration such as <c>10m</c>; null when absent.</summary>
    public TimeSpan? Duration(string name) =>
        Text(name) is not { } text ? null
        : Durations.TryParse(text, out var duration) ? duration
        : throw Wrong(name, $"'{name}' is '{Shorten(text)}'; a duration such as 10m is expected");

    /// <summary>An id (see <see cref="Limits.IsId"/>); null when absent.</summary>
    public string? Id(string name)
    {
        var text = Text(name);
        return text is null || Limits.IsId(text)
            ? text
            : throw Wrong(
                name,
                $"'{name}' is '{Shorten(text)}'; an id of 1 to {Limits.IdLength} letters, digits or . _ - : ~ @ $ is expected"
            );
    }

    public bool? Boolean(string name) =>
        Text(name) switch
        {
            null => null,
            "true" => true,
            "false" => false,
            var other => throw Wrong(name, $"'{name}' is '{Shorten(other)}'; true or false is expected"),
        };

    public Timestamp? Instant(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        // A plus that was not escaped arrives as a blank.
        return text.Length <= 40 && Timestamp.TryParse(text.Replace(' ', '+'), out var instant)
            ? instant
            : throw Wrong(name, $"'{name}' is '{Shorten(text)}'; an instant such as 2026-03-01T08:00:00Z is expected");
    }

    /// <summary>A span of time: <c>from</c> inclusive, <c>to</c> exclusive; absent ends are open.</summary>
    public (Timestamp From, Timestamp To) Span()
    {
        var (from, to) = (Instant("from"), Instant("to"));
        return from is { } start && to is { } end && end < start
            ? throw Wrong("to", $"'to' is {end}, which is before 'from', {start}")
            : (from ?? Timestamp.MinValue, to ?? Timestamp.MaxValue);
    }

    public long? Whole(string name, long min, long max)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min
            && number <= max
            ? number
            : throw Wrong(
                name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{name}' is '{Shorten(text)}'; a whole number from {min} to {max} is expected"
                )
            );
    }

    /// <summary>How many entries to answer.</summary>
    public int Limit() => (int)(Whole("limit", 1, MaxLimit) ?? DefaultLimit);

    /// <summary>One of a few words; the index of it, null when absent.</summary>
    public int? Choice(string name, params ReadOnlySpan<string> words)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var found = words.IndexOf(text);
        var all = words.ToArray();
        return found >= 0
            ? found
            : throw Wrong(
                name,
                $"'{name}' is '{Shorten(text)}'; expected is {string.Join(", ", all[..^1])} or {all[^1]}{Nearest.Suggestion(text, all)}"
            );
    }

    public static ProblemException Wrong(string parameter, string detail) =>
        new(Problem.BadParameter(parameter, detail));

    public static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
