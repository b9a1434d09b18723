using System.Device.Gpio;
using Mesh.Contracts;
using Mesh.Nodes;
using Microsoft.Extensions.Logging;

namespace Mesh.Edge;

/// <summary>Something that feeds readings into an agent until it is over or cancelled.</summary>
public delegate Task Feed(Func<NodeInput, CancellationToken, ValueTask> accept, CancellationToken cancel);

/// <summary>
/// A device agent: sensors and recordings → node → fog, and commands from the fog to its actuators. A reading counts as
/// accepted when it is in the agent's journal; it is forgotten when the fog says that it is in the fog's.
/// </summary>
public sealed partial class EdgeAgent : IRunningNode
{
    /// <summary>How long a stopping agent waits for the fog to acknowledge what it still holds; nothing is lost after that either.</summary>
    private static readonly TimeSpan DrainFor = TimeSpan.FromSeconds(10);

    /// <summary>How long a feed waits before it offers again what a full disk refused.</summary>
    private static readonly TimeSpan OfferAgainAfter = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly AttachedDevices _devices;
    private readonly SensorFeed _sensors;
    private readonly List<Task> _feeds = [];
    private readonly ILogger _log;

    private EdgeAgent(
        Node node,
        MqttUplink uplink,
        NodeTasks tasks,
        AttachedDevices devices,
        SensorFeed sensors,
        ILogger log
    )
    {
        Tasks = tasks;
        Node = node;
        Uplink = uplink;
        _devices = devices;
        _sensors = sensors;
        _log = log;
        Completion = Task.CompletedTask;
    }

    public Node Node { get; }

    public MqttUplink Uplink { get; }

    public NodeTasks Tasks { get; }

    public NodeHost? Api { get; private set; }

    public Actuators Actuators => _devices.Actuators;

    public SimulatedGpioDriver SimulatedPins => _devices.Simulated;

    /// <summary>Ends when every recording has been replayed and acknowledged; with sensors, never by itself.</summary>
    public Task Completion { get; private set; }

    public string Ready =>
        $"mesh edge {Node.Settings.Node} ready  fog {Uplink.Status.Target}  api {Api?.Address.ToString() ?? "none"}  data {Node.Settings.Data}";

    /// <param name="settings">What the configuration says.</param>
    /// <param name="recordings">The opened recordings, one per entry of <c>replay</c>.</param>
    /// <param name="feeds">Further sources: a simulated building.</param>
    /// <param name="extend">Adds actuators before anything runs: a simulated building's locks.</param>
    /// <param name="time">The clock on the wall.</param>
    /// <param name="logs">Log lines.</param>
    /// <param name="version">Of the program.</param>
    /// <param name="cancel">Ends the start.</param>
    public static async Task<EdgeAgent> StartAsync(
        EdgeSettings settings,
        IReadOnlyList<Recording> recordings,
        IReadOnlyList<Feed> feeds,
        Action<Actuators> extend,
        TimeProvider time,
        ILoggerFactory logs,
        string version,
        CancellationToken cancel
    )
    {
        var up = new UplinkChoice(Enabled: true, Aggregates: false, AllReadings: true, []);
        var node = Node.Open(settings.Node, up, new PosixDisk(), time, logs.CreateLogger<Node>(), version: version);
        var sensors = new SensorFeed(settings.Node.Node, Numbering.New(time));
        var devices = new AttachedDevices(settings.Devices, sensors, time, static () => new GpioController());
        extend(devices.Actuators);
        var uplink = new MqttUplink(
            node,
            settings.Fogs,
            devices.Actuators.ExecuteAsync,
            time,
            logs.CreateLogger<MqttUplink>(),
            version
        );
        var tasks = new NodeTasks(node, publish: null, time, logs);
        var agent = new EdgeAgent(node, uplink, tasks, devices, sensors, logs.CreateLogger<EdgeAgent>());
        try
        {
            foreach (var problem in devices.Problems)
            {
                LogProblem(agent._log, problem);
            }

            if (settings.Node.Http is { } http)
            {
                var facts = new NodeFacts
                {
                    Version = version,
                    Hops = [uplink.Status],
                    Sinks = () => tasks.Sinks.Status,
                    Rules = tasks.Rules,
                };
                agent.Api = await NodeHost.StartAsync(node, http, facts, logs, cancel).ConfigureAwait(false);
            }

            await tasks.StartAsync().ConfigureAwait(false);

            // The hop outlives the wish to stop: it drains first, and is stopped by FinishAsync and DisposeAsync.
            await uplink.StartAsync(CancellationToken.None).ConfigureAwait(false);
            agent.Begin(settings, recordings, feeds, time);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the feeds and waits, within bounds, until the fog holds what the agent took.</summary>
    public async Task FinishAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _sensors.Complete();
        try
        {
            await Task.WhenAll(_feeds).WaitAsync(DrainFor).ConfigureAwait(false);
            await DrainedAsync(CancellationToken.None).WaitAsync(DrainFor).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or NodeStoppedException)
        {
            var waiting = Node.Look(core => core.NextItem(Lane.Readings)) - 1 - Uplink.Acknowledged;
            LogUndelivered(_log, waiting);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Tasks.DisposeAsync().ConfigureAwait(false);
        await Uplink.StopAsync(CancellationToken.None).ConfigureAwait(false);
        Uplink.Dispose();
        _devices.Dispose();
        if (Api is { } api)
        {
            await api.DisposeAsync().ConfigureAwait(false);
        }

        Node.Dispose();
        _stop.Dispose();
    }

    private void Begin(
        EdgeSettings settings,
        IReadOnlyList<Recording> recordings,
        IReadOnlyList<Feed> feeds,
        TimeProvider time
    )
    {
        async ValueTask Accept(NodeInput input, CancellationToken cancel)
        {
            while (true)
            {
                try
                {
                    await Node.AcceptAsync(input, cancel).ConfigureAwait(false);
                    return;
                }
                catch (NodeBusyException)
                {
                    // A recording can wait; sensors fill their own bounded queue meanwhile, which counts what it refuses.
                    await Task.Delay(OfferAgainAfter, time, cancel).ConfigureAwait(false);
                }
            }
        }

        var ending = new List<Task>();
        if (recordings.Count > 0)
        {
            ending.Add(ReplayAsync(settings, recordings, time, Accept));
        }

        ending.AddRange(feeds.Select(feed => feed(Accept, _stop.Token)));
        _feeds.AddRange(ending);
        var lasting = settings.Devices.Sensors.Count + settings.Devices.Actuators.Count > 0;
        if (lasting)
        {
            _feeds.Add(_sensors.RunAsync(Accept, CancellationToken.None));
        }

        Completion = CompleteAsync(ending, lasting || ending.Count == 0);
    }

    /// <summary>Recordings follow one another: one agent is one source, and its time goes forward only.</summary>
    private async Task ReplayAsync(
        EdgeSettings settings,
        IReadOnlyList<Recording> recordings,
        TimeProvider time,
        Func<NodeInput, CancellationToken, ValueTask> accept
    )
    {
        foreach (var (recording, replay) in recordings.Zip(settings.Devices.Replays))
        {
            var options = new ReplayOptions
            {
                Source = replay.Source ?? settings.Node.Node,
                Speed = replay.Speed,
                Times = replay.Times,
            };
            var run = new Replay(recording, options, time);
            await run.RunAsync(accept, _stop.Token).ConfigureAwait(false);
            foreach (var problem in run.Report.Problems)
            {
                LogProblem(_log, problem);
            }

            LogReplayed(_log, recording.Path, run.Report.Readings, run.Report.Repeated, run.Report.Bad);
        }
    }

    private async Task CompleteAsync(List<Task> ending, bool lasting)
    {
        var stopped = HopTasks.EndAsync(Node.Completion, Uplink);
        var all = Task.WhenAll(ending);
        if (await Task.WhenAny(all, stopped).ConfigureAwait(false) == stopped)
        {
            await stopped.ConfigureAwait(false);
        }

        await all.ConfigureAwait(false);
        if (lasting)
        {
            await stopped.ConfigureAwait(false);
        }

        var drained = DrainedAsync(_stop.Token);
        await (await Task.WhenAny(drained, stopped).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Waits until the fog holds every item and every mark there is.</summary>
    private async Task DrainedAsync(CancellationToken cancel)
    {
        while (!Uplink.IsDrained)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancel).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogProblem(ILogger log, string problem);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{File} is replayed: {Readings} readings, {Repeated} of them repeated lines; {Bad} rows could not be read"
    )]
    private static partial void LogReplayed(ILogger log, string file, long readings, long repeated, long bad);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "stopping with {Waiting} readings the fog has not acknowledged; they are kept and sent at the next start"
    )]
    private static partial void LogUndelivered(ILogger log, long waiting);
}
