using Mesh.Nodes;

namespace Mesh.World;

/// <summary>What the nodes of the world are asked to notice: a bit of everything whose state has to survive.</summary>
internal static class WorldRules
{
    public static readonly NamedText Edge = new(
        "edge.rules.yaml",
        """
        version: 1
        rules:
        - {id: hot, by: device, when: temperature > 33, for: 5s, severity: warning}
        - {id: step, by: device, each: temperature, where: value > 36, severity: info}
        """
    );

    public static readonly NamedText Fog = new(
        "fog.rules.yaml",
        """
        version: 1
        rules:
        - {id: load, by: device, window: {of: temperature, tumbling: 30s}, lateness: 5s}
        - {id: silent, by: device, absent: temperature, for: 40s, severity: warning}
        - id: rise
          by: device
          pattern:
          - low: temperature[value < 17]
          - high: temperature[value > 34]
          within: 5m
          severity: info
        """
    );
}
