using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mesh.Nodes;

/// <summary>Answers with JSON, written straight into the connection's buffer; long lists leave in pieces.</summary>
public static class JsonResponse
{
    private const int PieceBytes = 64 * 1024;

    /// <summary>
    /// Answers with what <paramref name="write"/> writes: one JSON value, and nothing of it when that fails halfway.
    /// </summary>
    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var whole = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(whole))
        {
            write(writer);
        }

        Begin(context, status);
        context.Response.BodyWriter.Write(whole.WrittenSpan);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Answers with <c>{"items":[…],"next":"…"}</c>; <c>next</c> is left out on the last page.</summary>
    public static async Task WriteListAsync<T>(
        HttpContext context,
        IReadOnlyList<T> items,
        string? next,
        Action<Utf8JsonWriter, T> write
    )
    {
        Begin(context, StatusCodes.Status200OK);
        var output = context.Response.BodyWriter;
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteStartArray("items"u8);
        long sent = 0;
        foreach (var item in items)
        {
            write(writer, item);
            if (writer.BytesPending + writer.BytesCommitted - sent > PieceBytes)
            {
                writer.Flush();
                sent = writer.BytesCommitted;
                await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }

        writer.WriteEndArray();
        if (next is not null)
        {
            writer.WriteString("next"u8, next);
        }

        writer.WriteEndObject();
        writer.Flush();
        await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static void Begin(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
    }
}
