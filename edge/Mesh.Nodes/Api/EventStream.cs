using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Mesh.Nodes;

/// <summary>Server-sent events: <c>event: name</c>, <c>data: {…}</c> in one line, an empty line.</summary>
internal sealed class EventStream(PipeWriter output)
{
    public void Write(ReadOnlySpan<byte> raw) => output.Write(raw);

    public void Write(ReadOnlySpan<byte> name, Action<Utf8JsonWriter> data)
    {
        output.Write("event: "u8);
        output.Write(name);
        output.Write("\ndata: "u8);
        using (var writer = new Utf8JsonWriter(output))
        {
            data(writer);
        }

        output.Write("\n\n"u8);
    }

    public async Task FlushAsync(CancellationToken cancel)
    {
        var flushed = await output.FlushAsync(cancel).ConfigureAwait(false);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new OperationCanceledException("the listener is gone");
        }
    }
}
