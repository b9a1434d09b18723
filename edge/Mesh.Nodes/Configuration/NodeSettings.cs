using System.Globalization;
using System.Net;
using Mesh.Contracts;
using Mesh.Rules;
using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>Which machine a node is for.</summary>
public enum Tier : byte
{
    Edge,
    Fog,
    Cloud,
}

/// <summary>What every node's configuration says.</summary>
public sealed record NodeSettings
{
    public required string Node { get; init; }

    public required Tier Tier { get; init; }

    public required string Site { get; init; }

    /// <summary>The folder of journal and store; created when absent.</summary>
    public required string Data { get; init; }

    public ClockKind Clock { get; init; }

    /// <summary>Recorded clock: it waits until these sources have been heard.</summary>
    public IReadOnlyList<string> ExpectedSources { get; init; } = [];

    /// <summary>Where the node's own API listens; null: no API. Port 0 takes a free one.</summary>
    public IPEndPoint? Http { get; init; }

    public NamedText? Devices { get; init; }

    public IReadOnlyList<NamedText> Rules { get; init; } = [];

    /// <summary>Paths and globs (in the last part) that give <see cref="Rules"/>; empty: they are not looked at again.</summary>
    public IReadOnlyList<string> RulePaths { get; init; } = [];

    /// <summary>Assemblies with rules in code that the configuration names; the program loads them.</summary>
    public IReadOnlyList<PluginFile> Plugins { get; init; } = [];

    /// <summary>What was loaded of them; <see cref="Rules"/> lists each of them that shall run.</summary>
    public IReadOnlyList<RuleAssembly> Assemblies { get; private init; } = [];

    /// <summary>Planned silences.</summary>
    public IReadOnlyList<MaintenanceWindow> Maintenance { get; init; } = [];

    /// <summary>Where notifications go.</summary>
    public IReadOnlyList<NotifyDestination> Notify { get; init; } = [];

    /// <summary>Bytes of one journal segment; default 16 MiB.</summary>
    public long SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of journal that are kept although they are delivered; default 1 GiB.</summary>
    public long KeepBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>How long delivered journal is kept even within <see cref="KeepBytes"/>; null: as long as that permits.</summary>
    public TimeSpan? KeepFor { get; init; }

    /// <summary>Bytes the journal may have, delivered or not; null: as many as the disk has room for.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>What happens to undelivered items when disk or <see cref="MaxBytes"/> are full.</summary>
    public WhenFull WhenFull { get; init; }

    /// <summary>How its lanes go up.</summary>
    public HopSettings Hop { get; init; } = new();

    /// <summary>How long a turn waits for company before it is synced; 0 by default, 50 ms suits an SD card.</summary>
    public TimeSpan Linger { get; init; }

    public static NodeSettings Read(ConfigurationFile file, Tier tier)
    {
        var (fields, diagnostics) = (file.Fields, file.Diagnostics);
        var declared = fields.Choice("tier", "edge", "fog", "cloud");
        if (declared is { } found && found != (int)tier)
        {
            diagnostics.Error(
                fields.Get("tier")!,
                $"this is the configuration of a {(Tier)found} node; 'mesh {((Tier)found).ToString().ToLowerInvariant()}' runs it"
            );
        }

        var node = Id(fields, "node", diagnostics) ?? tier.ToString().ToLowerInvariant();
        var (clock, sources) = ReadClock(fields, diagnostics);
        var settings = new NodeSettings
        {
            Node = node,
            Tier = tier,
            Site = Id(fields, "site", diagnostics) ?? "site",
            Data = file.Resolve(fields.Text("data") ?? Path.Combine("data", node)),
            Clock = clock,
            ExpectedSources = sources,
            Http = EndPoint(fields.Scalar("http"), diagnostics, 0),
            Devices =
                fields.Scalar("devices") is { } devices && file.ReadText(devices) is { } text
                    ? new NamedText(file.Resolve(devices.Text), text)
                    : null,
            Rules = WithTables([
                .. file.Files("rules").Where(File.Exists).Select(f => new NamedText(f, File.ReadAllText(f))),
            ]),
            RulePaths = [.. fields.List("rules").OfType<YamlScalar>().Select(s => file.Resolve(s.Text))],
            Plugins = PluginsReader.Read(file),
            Maintenance = MaintenanceReader.Read(fields, diagnostics),
            Notify = NotifyReader.Read(fields, diagnostics),
        };
        return RetentionReader.Read(settings, fields, diagnostics);
    }

    /// <summary>
    /// Rule files and the tables they look up: tables travel and are journaled with the rules, so that a replay sees the
    /// version that there was. A table that is not there is left out, and compiling the rules says so.
    /// </summary>
    public static IReadOnlyList<NamedText> WithTables(IReadOnlyList<NamedText> rules, CompiledFiles? known = null) =>
        [
            .. rules,
            .. rules
                .SelectMany(r => known?.Tables(r.Name, r.Text) ?? RuleFile.Tables(r.Name, r.Text))
                .Distinct(StringComparer.Ordinal)
                .Where(File.Exists)
                .Select(f => new NamedText(f, File.ReadAllText(f))),
        ];

    /// <summary>The same node with rules in code beside those of its files.</summary>
    public NodeSettings With(IReadOnlyList<RuleAssembly> assemblies) =>
        this with
        {
            Assemblies = assemblies,
            Rules = [.. Rules.Where(f => !RuleAssembly.IsEntry(f)), .. assemblies.Select(a => a.Entry)],
        };

    /// <summary>An id, checked; null when absent or wrong (then said so).</summary>
    public static string? Id(YamlFields fields, string name, Diagnostics diagnostics)
    {
        if (fields.Scalar(name) is not { } scalar)
        {
            return null;
        }

        if (Limits.IsId(scalar.Text))
        {
            return scalar.Text;
        }

        diagnostics.Error(
            scalar,
            $"'{name}' is {scalar.Description}; an id of letters, digits or . _ - : ~ @ $ is expected"
        );
        return null;
    }

    /// <summary>An address and port such as <c>127.0.0.1:1883</c>; a port alone means loopback.</summary>
    public static IPEndPoint? EndPoint(YamlScalar? scalar, Diagnostics diagnostics, int defaultPort)
    {
        if (scalar is null)
        {
            return null;
        }

        var text = scalar.Text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return new IPEndPoint(IPAddress.Loopback, port);
        }

        if (IPEndPoint.TryParse(text, out var endPoint))
        {
            var hasPort = text.EndsWith(
                string.Create(CultureInfo.InvariantCulture, $":{endPoint.Port}"),
                StringComparison.Ordinal
            );
            return hasPort ? endPoint : new IPEndPoint(endPoint.Address, defaultPort);
        }

        diagnostics.Error(
            scalar,
            $"{scalar.Description} is no address; one such as 127.0.0.1:8080 is expected (port 0 takes a free one)"
        );
        return null;
    }

    private static (ClockKind Kind, IReadOnlyList<string> Sources) ReadClock(YamlFields fields, Diagnostics diagnostics)
    {
        if (fields.Get("clock") is not YamlMapping)
        {
            return ((ClockKind)(fields.Choice("clock", "live", "recorded") ?? 0), []);
        }

        var clock = fields.Fields("clock", "a clock")!;
        var kind = (ClockKind)(clock.Choice("kind", "live", "recorded") ?? 0);
        var sources = new List<string>();
        foreach (var node in clock.List("sources"))
        {
            if (node is YamlScalar scalar && Limits.IsId(scalar.Text))
            {
                sources.Add(scalar.Text);
            }
            else
            {
                diagnostics.Error(node, $"{node.Description} is not the id of a source");
            }
        }

        clock.Close();
        return (kind, sources);
    }
}
