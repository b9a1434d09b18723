using Mesh.Contracts;
using Mesh.Nodes;

namespace Mesh.World;

/// <summary>What became of a reading or a detection.</summary>
internal sealed class Fate
{
    /// <summary>Its agent has told the device that it holds it, or it was said by a rule and is durable.</summary>
    public bool Promised { get; set; }

    /// <summary>Journals that hold it.</summary>
    public int Holders { get; set; }

    /// <summary>It took effect at the cloud.</summary>
    public bool Applied { get; set; }

    /// <summary>A disk that held it was replaced before it took effect.</summary>
    public bool DiskGone { get; set; }

    /// <summary>Why it will not come, as its sender declared.</summary>
    public string? Declared { get; set; }
}

/// <summary>What the referee knows to be durable at one host.</summary>
internal sealed class Kept
{
    /// <summary>A hash of each frame that was durable, by its number.</summary>
    public Dictionary<long, ulong> Frames { get; } = [];

    public long Epoch { get; set; } = -1;

    public long Last { get; set; }

    /// <summary>What waits in its lanes or has passed them, with the frame that holds it.</summary>
    public Queue<(long Frame, ReadingId Thing)> Held { get; } = new();

    /// <summary>Up to which item of which numbering it holds what others sent.</summary>
    public Dictionary<(string Sender, long Epoch, Lane Lane), long> Marks { get; } = [];

    /// <summary>The last number of each device that went on, to see that their order is kept.</summary>
    public Dictionary<(string Device, long Boot), long> Order { get; } = [];
}

/// <summary>What a frame says, as the referee reads it.</summary>
internal static class FrameReading
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The readings of a frame's inputs, in the order in which places count them.</summary>
    public static List<ReadingId> Readings(Frame frame)
    {
        var found = new List<ReadingId>();
        foreach (var input in frame.Inputs)
        {
            switch (input)
            {
                case RangeArrived { Range: { Lane: Lane.Readings } range }:
                    found.AddRange(range.Items.Select(i => ((Reading)i).Id));
                    break;
                case ReadingsArrived arrived:
                    found.AddRange(arrived.Readings.Select(r => r.Id));
                    break;
            }
        }

        return found;
    }

    /// <summary>Detections and aggregates as the referee keeps them beside readings.</summary>
    public static ReadingId Of(MeshEvent item) =>
        item switch
        {
            Detection detection => new ReadingId(detection.Id, -1, 0),
            Aggregate aggregate => new ReadingId(aggregate.Id, -2, 0),
            Reading reading => reading.Id,
            _ => throw new ArgumentException($"{item} is none of the three", nameof(item)),
        };

    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = Offset;
        foreach (var one in bytes)
        {
            hash = (hash ^ one) * Prime;
        }

        return hash;
    }
}
