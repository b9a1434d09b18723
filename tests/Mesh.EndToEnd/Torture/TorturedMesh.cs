using System.Globalization;
using System.Text;
using Mesh.EndToEnd.Processes;
using Xunit;

namespace Mesh.EndToEnd.Torture;

/// <summary>
/// An edge that replays one file after another, a foreign agent beside it, a fog and a cloud, with Mosquitto between them
/// where asked: real processes that faults are done to, and the ledger outside them.
/// </summary>
public sealed class TorturedMesh : IAsyncDisposable
{
    private const int FileReadings = 1_500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _folder = new();
    private readonly int _mqtt = FreePorts.Next();
    private readonly int _fogPort = FreePorts.Next();
    private readonly int _cloudPort = FreePorts.Next();
    private readonly Dictionary<string, string> _commands = [];
    private readonly Dictionary<string, Victim> _running = [];
    private readonly NodeApi _fog;
    private readonly NodeApi _cloud;
    private readonly bool _hasEdge;
    private int _file;

    /// <param name="mosquitto">Whether a Mosquitto stands between agents and fog.</param>
    /// <param name="edge">Whether an edge of ours sends beside the foreign agent.</param>
    /// <param name="fog">Further lines of the fog's configuration; <c>data:</c> among them replaces its folder.</param>
    public TorturedMesh(bool mosquitto = false, bool edge = true, string fog = "")
    {
        _hasEdge = edge;
        _fog = new NodeApi(_fogPort);
        _cloud = new NodeApi(_cloudPort);
        Sender = new LedgerSender(_mqtt, "sender-1");
        var program = Checkout.Program;
        Assert.True(File.Exists(program), $"{program} is not built: build Mesh.sln first");
        foreach (var tier in edge ? (string[])["cloud", "fog", "edge"] : ["cloud", "fog"])
        {
            _commands.Add(tier, $"{program} {tier} --config {tier}.yaml");
        }

        if (mosquitto)
        {
            _commands.Add("mosquitto", Mosquitto.Prepare(_folder, "mosquitto", _mqtt));
        }

        var mqtt = mosquitto ? $"broker: \"mqtt://127.0.0.1:{_mqtt}\"" : $"listen: \"127.0.0.1:{_mqtt}\"";
        _folder.Write(
            "cloud.yaml",
            $"""
            node: cloud
            tier: cloud
            data: data/cloud
            http: 127.0.0.1:{_cloudPort}
            """
        );
        _folder.Write(
            "fog.yaml",
            $$"""
            node: fog-1
            tier: fog
            site: home
            http: 127.0.0.1:{{_fogPort}}
            mqtt: {{{mqtt}}}
            uplink: {cloud: "http://127.0.0.1:{{_cloudPort}}", raw: true}
            {{(fog.Contains("data:", StringComparison.Ordinal) ? "" : "data: data/fog-1")}}
            {{fog}}
            """
        );
    }

    /// <summary>The foreign agent, and what was acknowledged to it.</summary>
    public LedgerSender Sender { get; }

    /// <summary>What can be killed.</summary>
    public IReadOnlyCollection<string> Tiers => _commands.Keys;

    public NodeApi Fog => _fog;

    public int Mqtt => _mqtt;

    public int FogPort => _fogPort;

    public string Folder => _folder.Path;

    /// <summary>Runs a tier under another program from its next start on: <c>strace -f … </c>; null: as it is.</summary>
    public void Under(string tier, string? wrapper)
    {
        _commands[tier] = $"{wrapper} {Checkout.Program} {tier} --config {tier}.yaml".TrimStart();
    }

    /// <summary>Starts everything; readings flow from here on.</summary>
    public void Start()
    {
        if (_hasEdge)
        {
            WriteEdge();
        }

        foreach (var tier in _commands.Keys)
        {
            Start(tier);
        }

        Sender.Start();
    }

    public void Start(string tier) => _running[tier] = Victim.Start(_folder.Path, tier, _commands[tier]);

    /// <summary>kill -9 and a new start at once, wherever it was; false when it was not alive.</summary>
    public async Task<bool> KillAsync(string tier)
    {
        await GoOnAsync();
        var alive = await _running[tier].KillAsync();
        await _running[tier].DisposeAsync();
        Start(tier);
        return alive;
    }

    public Victim Process(string tier) => _running[tier];

    /// <summary>Fails when a process ended by itself; gives an edge that has delivered its file the next one.</summary>
    public async Task GoOnAsync()
    {
        foreach (var (tier, process) in _running.ToList())
        {
            if (process.HasExited)
            {
                Assert.True(
                    tier == "edge" && process.ExitCode == 0,
                    $"the {tier} ended by itself with {process.ExitCode}\n{process.LastWords}"
                );
                await process.DisposeAsync();
                WriteEdge();
                Start("edge");
            }
        }
    }

    /// <summary>Waits until the sender has so many more readings acknowledged; returns how long that took.</summary>
    public async Task<TimeSpan> FlowAsync(long more = 200, double seconds = 60)
    {
        var (clock, from) = (System.Diagnostics.Stopwatch.StartNew(), Sender.Acknowledged);
        await Until.True(
            () => Task.FromResult(Sender.Acknowledged >= from + more),
            TimeSpan.FromSeconds(seconds),
            () => $"{Sender.Acknowledged - from} of {more} readings were acknowledged\n{Words()}"
        );
        return clock.Elapsed;
    }

    /// <summary>Waits until a tier has said something.</summary>
    public Task SaidAsync(string tier, string text, double seconds = 60) =>
        Until.True(
            () => Task.FromResult(_running[tier].Said.Contains(text, StringComparison.Ordinal)),
            TimeSpan.FromSeconds(seconds),
            () => $"the {tier} says '{text}'; it said\n{_running[tier].Said}"
        );

    /// <summary>No faults any more: waits until everything is delivered, without a person, and reads the account.</summary>
    public async Task<Account> FinishAsync()
    {
        Assert.True(
            await Sender.FinishAsync(Patience),
            $"only {Sender.Acknowledged} readings of the sender are acknowledged\n{Words()}"
        );
        if (_hasEdge)
        {
            var edge = _running["edge"];
            await Until.True(
                () => Task.FromResult(edge.HasExited),
                Patience,
                () => $"the edge has delivered everything and ends\n{Words()}",
                TimeSpan.FromMilliseconds(100)
            );
            Assert.True(edge.ExitCode == 0, $"the edge ended with {edge.ExitCode}\n{Words()}");
        }

        var handedOver = new Dictionary<string, long> { [Sender.Device] = Sender.Acknowledged };
        for (var file = 1; file <= _file; file++)
        {
            handedOver.Add($"edge-{file}", FileReadings);
        }

        var account = new Account(-1, 0, 0, 0);
        await Until.True(
            async () =>
            {
                if ((await _fog.Status()).Backlog > 0)
                {
                    return false;
                }

                account = await Account.ReadAsync(_cloud, handedOver);
                return account.Missing == 0;
            },
            Patience,
            () => $"{account}\n{Words()}",
            TimeSpan.FromMilliseconds(300)
        );
        return account;
    }

    public async ValueTask DisposeAsync()
    {
        await Sender.DisposeAsync();
        foreach (var process in _running.Values)
        {
            await process.DisposeAsync();
        }

        _fog.Dispose();
        _cloud.Dispose();
        _folder.Dispose();
    }

    /// <summary>The edge's next file: a device of its own, so that its numbers begin with 1 again.</summary>
    private void WriteEdge()
    {
        _file++;
        var lines = new StringBuilder();
        var start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var n = 1; n <= FileReadings; n++)
        {
            var at = start.AddSeconds(n).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            lines.Append(
                CultureInfo.InvariantCulture,
                $$"""{"device":"edge-{{_file}}","sensor":"n","value":{{n}},"at":"{{at}}"}"""
            );
            lines.Append('\n');
        }

        _folder.Write($"file-{_file}.jsonl", lines.ToString());
        _folder.Write(
            "edge.yaml",
            $$"""
            node: edge-1
            tier: edge
            site: home
            data: data/edge-1
            fogs: ["mqtt://127.0.0.1:{{_mqtt}}"]
            replay:
            - {file: file-{{_file}}.jsonl, speed: max}
            """
        );
    }

    public string Words() => string.Join('\n', _running.Values.Select(v => $"--- {v.Name}\n{v.LastWords}"));
}
