using System.Text.Json;
using Xunit;

namespace Mesh.EndToEnd.Processes;

/// <summary>One fog of the real <c>mesh</c> under the wall clock, to which readings are sent by hand.</summary>
public sealed class LiveFog : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly int _mqtt = FreePorts.Next();
    private readonly int _http = FreePorts.Next();
    private readonly NodeApi _api;
    private MeshProcess? _running;

    /// <param name="configuration">Further lines of its mesh.yaml.</param>
    /// <param name="files">Files of its folder, by name; those that end in <c>.rules.yaml</c> are its rules.</param>
    public LiveFog(string configuration, params (string Name, string Text)[] files)
    {
        _api = new NodeApi(_http);
        foreach (var (name, text) in files)
        {
            Folder.Write(name, text);
        }

        var rules = string.Join(
            ", ",
            files.Select(f => f.Name).Where(f => f.EndsWith(".rules.yaml", StringComparison.Ordinal))
        );
        Folder.Write(
            "fog.yaml",
            $$"""
            node: fog-1
            tier: fog
            site: home
            data: data/fog-1
            http: 127.0.0.1:{{_http}}
            mqtt: {listen: "127.0.0.1:{{_mqtt}}"}
            rules: [{{rules}}]
            {{configuration}}
            """
        );
    }

    public TemporaryFolder Folder { get; } = new();

    public NodeApi Api => _api;

    /// <summary>The address of its API.</summary>
    public string Address => $"http://127.0.0.1:{_http}";

    public async Task StartAsync()
    {
        _running = MeshProcess.Start(Folder.Path, "fog", "--config", "fog.yaml");
        await _running.Ready(Deadline);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        await _running!.Kill();
        await _running.DisposeAsync();
        _running = null;
    }

    /// <summary>Returns when the fog holds the reading.</summary>
    public async Task SendAsync(string device, string sensor, string value)
    {
        var to = $"mqtt://127.0.0.1:{_mqtt}";
        var said = await RunAsync("send", "reading", device, sensor, value, "--to", to, "--site", "home");
        Assert.True(said.ExitCode == 0, said.ToString());
    }

    /// <summary>Sends a recording at once; returns when the fog holds it.</summary>
    public async Task ReplayAsync(string file)
    {
        var said = await RunAsync("replay", file, "--to", $"mqtt://127.0.0.1:{_mqtt}", "--site", "home");
        Assert.True(said.ExitCode == 0, said.ToString());
    }

    /// <summary>The latest detection of a rule, once there are so many.</summary>
    public async Task<JsonElement> DetectionAsync(string rule, int count = 1)
    {
        var items = new List<JsonElement>();
        await Until.True(
            async () =>
            {
                items.Clear();
                await foreach (var item in _api.Items($"/v1/detections?rule={rule}"))
                {
                    items.Add(item);
                }

                return items.Count >= count;
            },
            Deadline,
            () => $"{count} detections of {rule}; {items.Count} there are\n{_running?.Text}",
            TimeSpan.FromMilliseconds(100)
        );
        return items.MaxBy(i => i.GetProperty("at").GetString(), StringComparer.Ordinal);
    }

    /// <summary>Runs a command of <c>mesh</c> in the fog's folder.</summary>
    public Task<MeshProcess.Said> RunAsync(params string[] arguments) =>
        MeshProcess.Run(Folder.Path, Deadline, arguments);

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            await _running.DisposeAsync();
        }

        _api.Dispose();
        Folder.Dispose();
    }
}
