using System.Globalization;
using System.Text.Json;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mesh.Cloud;

/// <summary>
/// <c>PUT /v1/nodes/{node}/epochs/{epoch}/{lane}/{from}-{to}</c>: a range of a lane, from a node below. Sending it twice
/// does no harm: what is held is skipped. 200 says that everything up to <c>upTo</c> is durable; 409 that something
/// before the range is missing and where to go on. Anything else says nothing, and the sender sends again.
/// <c>PUT /v1/nodes/{node}/state</c>: that it lives; 200 tells it what is asked of it, 204 that nothing is.
/// </summary>
internal sealed class RangeIntake(Node node, Senders senders, Questions questions)
{
    [ThreadStatic]
    private static NameTable? s_names;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1/nodes/{node}/epochs/{epoch}/{lane}/{range}", TakeAsync);
        routes.MapPut("/v1/nodes/{node}/state", TakeStateAsync);
        routes.MapPut("/v1/nodes/{node}/answers/{id}", TakeAnswerAsync);
    }

    private async Task TakeAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        var address = RangeAddress.Parse(context.Request.RouteValues);
        LaneRange range;
        try
        {
            range = await ReadAsync(context.Request, address).ConfigureAwait(false);
        }
        catch (ProblemException)
        {
            senders.Refused(address.Node);
            throw;
        }

        var outcome = await node.AcceptAsync(new RangeArrived(range), context.RequestAborted).ConfigureAwait(false);
        senders.Took(range, outcome.Gap);
        if (outcome.Gap)
        {
            throw new ProblemException(Gap(range, outcome.UpTo));
        }

        await JsonResponse
            .WriteAsync(context, StatusCodes.Status200OK, writer => Write(writer, outcome.UpTo))
            .ConfigureAwait(false);
    }

    private static async Task<LaneRange> ReadAsync(HttpRequest request, RangeAddress address)
    {
        JsonBody.Require(request);
        using var body = await RequestBody.ReadAsync(request, Limits.BodyBytes).ConfigureAwait(false);
        try
        {
            return RangeJson.Parse(
                body.Span,
                address.Node,
                address.Epoch,
                address.Lane,
                address.From,
                address.To,
                s_names ??= new NameTable()
            );
        }
        catch (WireException e)
        {
            throw new ProblemException(Problem.BadBody(e.Message));
        }
    }

    private async Task TakeStateAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        var sender = RangeAddress.Id(context.Request.RouteValues, "node");
        JsonBody.Require(context.Request);
        using var body = await RequestBody.ReadAsync(context.Request, NodeStateJson.MaxBytes).ConfigureAwait(false);
        try
        {
            senders.Said(sender, NodeStateJson.Parse(body.Span));
        }
        catch (WireException e)
        {
            senders.Refused(sender);
            throw new ProblemException(Problem.BadBody(e.Message));
        }

        if (questions.For(sender) is { Count: > 0 } asks)
        {
            await JsonResponse
                .WriteAsync(context, StatusCodes.Status200OK, writer => QuestionJson.Write(writer, asks))
                .ConfigureAwait(false);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task TakeAnswerAsync(HttpContext context)
    {
        _ = new RequestQuery(context.Request);
        var sender = RangeAddress.Id(context.Request.RouteValues, "node");
        var id = RangeAddress.Id(context.Request.RouteValues, "id");
        JsonBody.Require(context.Request);
        using var body = await RequestBody
            .ReadAsync(context.Request, QuestionJson.MaxAnswerBytes)
            .ConfigureAwait(false);
        try
        {
            if (!questions.Take(sender, id, QuestionJson.ParseAnswer(body.Span.ToArray())))
            {
                throw new ProblemException(Problem.NotFound("nobody waits for this answer any more"));
            }
        }
        catch (WireException e)
        {
            throw new ProblemException(Problem.BadBody(e.Message));
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private void Write(Utf8JsonWriter writer, long upTo)
    {
        writer.WriteStartObject();
        writer.WriteNumber("upTo"u8, upTo);
        writer.WriteNumber("epoch"u8, node.Epoch);
        writer.WriteEndObject();
    }

    private Problem Gap(LaneRange range, long upTo) =>
        new(
            StatusCodes.Status409Conflict,
            "gap",
            "Something before this range is missing",
            string.Create(
                CultureInfo.InvariantCulture,
                $"the range begins at item {range.From}, held are the items up to {upTo}; send from {upTo + 1} on"
            )
        )
        {
            UpTo = upTo,
            Epoch = node.Epoch,
        };
}
