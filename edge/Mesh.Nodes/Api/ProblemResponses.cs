using Mesh.Rules.Yaml;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Nodes;

/// <summary>
/// Gives every failed request a body that says why: our own problems, what the server refuses (too large, malformed),
/// addresses and methods that do not exist, a node that has stopped, and defects, which are logged and not explained.
/// </summary>
internal sealed partial class ProblemResponses(IReadOnlyList<string> routes, ILogger log)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Problem problem;
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response.HasStarted || Missing(context) is not { } missing)
            {
                return;
            }

            problem = missing;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            problem = Of(e, context);
            if (context.Response.HasStarted)
            {
                // Half an answer must not look like a whole one.
                context.Abort();
                return;
            }

            context.Response.Clear();
        }

        await problem.WriteAsync(context).ConfigureAwait(false);
    }

    private Problem Of(Exception e, HttpContext context)
    {
        switch (e)
        {
            case ProblemException own:
                return own.Problem;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Problem.TooLarge(
                    $"more than {Contracts.Limits.BodyBytes} bytes were sent, at most {Contracts.Limits.BodyBytes} are allowed"
                );
            case BadHttpRequestException bad:
                return new Problem(bad.StatusCode, "bad-request", "The request is malformed", bad.Message);
            case NodeStoppedException:
                return Problem.Unavailable("the node has stopped or is stopping; nothing was accepted", 5);
            case NodeBusyException full:
                return Problem.Unavailable(full.Message, 5);
            case StoreUnavailableException busy:
                return Problem.Unavailable($"the store cannot answer now: {busy.Message}", 2);
            default:
                LogDefect(log, context.Request.Method, context.Request.Path, e);
                return new Problem(
                    StatusCodes.Status500InternalServerError,
                    "internal",
                    "The node failed to answer",
                    "an error that was not foreseen; the node's log has it"
                );
        }
    }

    private Problem? Missing(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value ?? "/";
        path = path.Length <= 80 ? path : path[..80] + "…";
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => Problem.NotFound(
                $"there is no '{path}' on this node{Nearest.Suggestion(path, routes)}"
            ),
            StatusCodes.Status405MethodNotAllowed => new Problem(
                StatusCodes.Status405MethodNotAllowed,
                "method-not-allowed",
                "This address does not know that method",
                $"'{path}' does not know {request.Method}; it knows {context.Response.Headers.Allow}"
            ),
            _ => null,
        };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogDefect(ILogger log, string method, string path, Exception cause);
}
