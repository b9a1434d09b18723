using System.Globalization;
using Mesh.Simulators;

namespace Mesh.Cli;

/// <summary>The files of the demo: configurations as a user would write them, in a folder that can be looked at afterwards.</summary>
internal static class DemoFiles
{
    public const int Fogs = 2;
    private const int Rooms = 40;
    private const int FloorsEach = 2;

    /// <summary>Writes the registry, the rules and the cloud's configuration; the path of the latter comes back.</summary>
    public static string WriteCommon(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "rules"));
        File.WriteAllText(Path.Combine(folder, "devices.yaml"), BuildingDevices.Yaml(Rooms));
        foreach (var rule in BuildingRules.Files)
        {
            File.WriteAllText(Path.Combine(folder, "rules", rule.Name), rule.Text);
        }

        return Write(
            folder,
            "cloud",
            """
            node: cloud
            tier: cloud
            data: data/cloud
            http: 127.0.0.1:0
            """
        );
    }

    public static string WriteFog(string folder, int number, string cloud) =>
        Write(
            folder,
            Invariant($"fog-{number}"),
            Invariant(
                $$"""
                node: fog-{{number}}
                tier: fog
                site: office
                data: data/fog-{{number}}
                clock: {kind: recorded, sources: [edge-{{number}}]}
                mqtt: {listen: 127.0.0.1:0}
                http: 127.0.0.1:0
                uplink: {cloud: {{cloud}}}
                devices: devices.yaml
                rules: [rules/*.rules.yaml]
                """
            )
        );

    public static string WriteEdge(string folder, int number, string mqtt, int seed)
    {
        var floors = string.Join(", ", Enumerable.Range(((number - 1) * FloorsEach) + 1, FloorsEach));
        return Write(
            folder,
            Invariant($"edge-{number}"),
            Invariant(
                $$"""
                node: edge-{{number}}
                tier: edge
                site: office
                data: data/edge-{{number}}
                clock: recorded
                http: 127.0.0.1:0
                fogs: [mqtt://{{mqtt}}]
                simulate:
                  building: {rooms: {{Rooms}}, floors: [{{floors}}], seed: {{seed}}, speed: 60}
                """
            )
        );
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, $"{name}.yaml");
        File.WriteAllText(path, text + "\n");
        return path;
    }
}
