namespace Mesh.Contracts;

/// <summary>The four queues of a hop, most urgent first. Each has its own item numbers and its own cursor.</summary>
public enum Lane : byte
{
    /// <summary>Detections of severity warning or critical.</summary>
    Alarms,
    Detections,
    Aggregates,
    Readings,
}

public static class Lanes
{
    public const int Count = 4;

    public static readonly IReadOnlyList<Lane> All = [Lane.Alarms, Lane.Detections, Lane.Aggregates, Lane.Readings];

    public static string Name(Lane lane) =>
        lane switch
        {
            Lane.Alarms => "alarms",
            Lane.Detections => "detections",
            Lane.Aggregates => "aggregates",
            _ => "readings",
        };

    public static bool TryParse(string text, out Lane lane)
    {
        foreach (var candidate in All)
        {
            if (text == Name(candidate))
            {
                lane = candidate;
                return true;
            }
        }

        lane = default;
        return false;
    }

    /// <summary>The lane of an event: detections by severity.</summary>
    public static Lane Of(MeshEvent item) =>
        item switch
        {
            Detection { Severity: Severity.Info } => Lane.Detections,
            Detection => Lane.Alarms,
            Aggregate => Lane.Aggregates,
            _ => Lane.Readings,
        };
}
