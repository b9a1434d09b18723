using Mesh.Contracts;
using Mesh.Rules.Yaml;
using Microsoft.AspNetCore.Http;

namespace Mesh.Nodes;

/// <summary>
/// <c>POST /v1/commands</c> with <c>{"device":"lock-101","sensor":"lock","value":true,"expiresMs":30000}</c>: journaled,
/// answered 202 with the command's id, carried out by the device's agent unless it expires first. An <c>id</c> in the
/// body makes the order safe to send twice.
/// </summary>
internal sealed class CommandRoute(Node node, bool reachesDevices)
{
    private const int MaxBytes = 16 * 1024;
    private const long MaxExpiresMs = 24 * 3600 * 1000;

    public async Task OrderAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        if (!reachesDevices)
        {
            throw new ProblemException(
                new Problem(
                    StatusCodes.Status501NotImplemented,
                    "no-devices",
                    "This node reaches no devices",
                    "a command is given to the fog node whose devices it is for"
                )
            );
        }

        var command = await ReadAsync(context).ConfigureAwait(false);
        Check(command);
        await node.AcceptAsync(new CommandOrdered(command), context.RequestAborted).ConfigureAwait(false);
        await JsonResponse
            .WriteAsync(
                context,
                StatusCodes.Status202Accepted,
                writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("id"u8, command.Id);
                    writer.WriteEndObject();
                }
            )
            .ConfigureAwait(false);
    }

    private static async Task<Command> ReadAsync(HttpContext context)
    {
        // A form of a foreign page may post text without asking; JSON it may not. That keeps pages from giving orders.
        JsonBody.Require(context.Request);
        using var body = await RequestBody.ReadAsync(context.Request, MaxBytes).ConfigureAwait(false);
        try
        {
            return AgentJson.ParseCommand(body.Span, otherwiseId: $"hand-{Guid.NewGuid():N}");
        }
        catch (WireException e)
        {
            throw new ProblemException(Problem.BadBody(e.Message));
        }
    }

    private void Check(Command command)
    {
        if (command.ExpiresMs is < 1 or > MaxExpiresMs)
        {
            throw new ProblemException(
                Problem.BadBody($"expiresMs: found {command.ExpiresMs}, expected 1 to {MaxExpiresMs} (a day)")
            );
        }

        var known = node.Look(core => core.Registry.Devices.Keys.ToHashSet(StringComparer.Ordinal));
        known.UnionWith(node.Store.Devices().Select(d => d.Device));
        if (!known.Contains(command.Device))
        {
            throw new ProblemException(
                Problem.NotFound(
                    $"no device '{command.Device}' is known on this node{Nearest.Suggestion(command.Device, known)}"
                )
            );
        }
    }
}
