using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mesh.Nodes;

/// <summary>
/// What went wrong with a request, as RFC 9457 has it: <c>{"type","title","status","detail"}</c> and, where it applies,
/// which parameter was wrong and where the receiver of a range stands.
/// </summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="Kind">The last part of the type: <c>bad-parameter</c>, <c>gap</c>. Programs tell problems apart by it.</param>
/// <param name="Title">One short sentence, the same for every problem of this kind.</param>
/// <param name="Detail">What was found here and what was expected.</param>
public sealed record Problem(int Status, string Kind, string Title, string Detail)
{
    public const string TypePrefix = "urn:mesh:problem:";

    /// <summary>The query parameter or part of the address that was wrong.</summary>
    public string? Parameter { get; init; }

    /// <summary>For a gap: up to which item the range's receiver holds everything.</summary>
    public long? UpTo { get; init; }

    /// <summary>For a gap: the receiver's journal.</summary>
    public long? Epoch { get; init; }

    /// <summary>When trying again makes sense, in seconds.</summary>
    public int? RetryAfter { get; init; }

    public static Problem BadParameter(string parameter, string detail) =>
        new(StatusCodes.Status400BadRequest, "bad-parameter", "A parameter is wrong", detail) { Parameter = parameter };

    public static Problem BadBody(string detail) =>
        new(StatusCodes.Status400BadRequest, "bad-body", "The body is not what is expected", detail);

    public static Problem NotFound(string detail) =>
        new(StatusCodes.Status404NotFound, "not-found", "There is nothing here", detail);

    public static Problem Conflict(string detail) =>
        new(StatusCodes.Status409Conflict, "conflict", "It cannot be done to this", detail);

    public static Problem TooLarge(string detail) =>
        new(StatusCodes.Status413PayloadTooLarge, "body-too-large", "The body is too large", detail);

    public static Problem Unavailable(string detail, int retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, "unavailable", "The node cannot do this now", detail)
        {
            RetryAfter = retryAfter,
        };

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        using (var writer = new Utf8JsonWriter(response.BodyWriter))
        {
            Write(writer);
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, TypePrefix + Kind);
        writer.WriteString("title"u8, Title);
        writer.WriteNumber("status"u8, Status);
        writer.WriteString("detail"u8, Detail);
        if (Parameter is not null)
        {
            writer.WriteString("parameter"u8, Parameter);
        }

        if (UpTo is { } upTo)
        {
            writer.WriteNumber("upTo"u8, upTo);
        }

        if (Epoch is { } epoch)
        {
            writer.WriteNumber("epoch"u8, epoch);
        }

        writer.WriteEndObject();
    }
}

/// <summary>Ends a request with a problem.</summary>
public sealed class ProblemException : Exception
{
    public ProblemException(Problem problem)
        : base(problem.Detail) => Problem = problem;

    public ProblemException(string message, Exception inner)
        : base(message, inner) => Problem = Problem.BadBody(message);

    public ProblemException(string message)
        : this(Problem.BadBody(message)) { }

    public ProblemException()
        : this("") { }

    public Problem Problem { get; }
}
