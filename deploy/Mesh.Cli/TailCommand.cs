using System.CommandLine;

namespace Mesh.Cli;

/// <summary><c>mesh tail --node URL</c>: detections as they come, one JSON object per line.</summary>
internal static class TailCommand
{
    public static Command Create()
    {
        var node = NodeOption.Create();
        var readings = new Option<bool>("--readings") { Description = "Readings too" };
        var command = new Command(
            "tail",
            "Follow a node's detections, one JSON object per line, until Ctrl-C\n\n  mesh tail --node http://127.0.0.1:8081 | jq .rule"
        )
        {
            node,
            readings,
        };
        command.SetAction(
            (parsed, cancel) =>
                Failures.CatchAsync(async () =>
                {
                    using var client = new NodeClient(parsed.GetValue(node)!);
                    try
                    {
                        await foreach (
                            var line in client.LinesAsync(
                                parsed.GetValue(readings) ? "v1/tail?readings=true" : "v1/tail",
                                cancel
                            )
                        )
                        {
                            if (line.StartsWith("data:", StringComparison.Ordinal))
                            {
                                await Terminal.Out.WriteLineAsync(line["data:".Length..].Trim());
                                await Terminal.Out.FlushAsync(cancel);
                            }
                        }
                    }
                    catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                    {
                        return Exit.Fine;
                    }

                    await Terminal.Error.WriteLineAsync("the node ended the stream");
                    return Exit.Failed;
                })
        );
        return command;
    }
}
