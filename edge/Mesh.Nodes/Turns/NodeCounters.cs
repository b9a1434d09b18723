namespace Mesh.Nodes;

/// <summary>What a node has counted since its journal began; part of its snapshot, so that a restart forgets nothing.</summary>
public sealed class NodeCounters
{
    /// <summary>Readings that arrived, duplicates included, resent items not.</summary>
    public long Readings { get; set; }

    /// <summary>Readings whose identity was known already.</summary>
    public long Duplicates { get; set; }

    /// <summary>Items of ranges that were held already and were skipped.</summary>
    public long Resent { get; set; }

    /// <summary>Ranges refused because something before them is missing.</summary>
    public long Gaps { get; set; }

    /// <summary>Items that the sender declared dropped or expired.</summary>
    public long Skipped { get; set; }

    public long Detections { get; set; }

    public long Commands { get; set; }

    /// <summary>Actions whose filled-in device or topic nobody can have.</summary>
    public long BadActions { get; set; }

    /// <summary>Starts of the process on this journal.</summary>
    public long Starts { get; set; }

    internal void Save(BinaryWriter writer)
    {
        writer.Write(Readings);
        writer.Write(Duplicates);
        writer.Write(Resent);
        writer.Write(Gaps);
        writer.Write(Skipped);
        writer.Write(Detections);
        writer.Write(Commands);
        writer.Write(BadActions);
        writer.Write(Starts);
    }

    internal void Restore(BinaryReader reader)
    {
        Readings = reader.ReadInt64();
        Duplicates = reader.ReadInt64();
        Resent = reader.ReadInt64();
        Gaps = reader.ReadInt64();
        Skipped = reader.ReadInt64();
        Detections = reader.ReadInt64();
        Commands = reader.ReadInt64();
        BadActions = reader.ReadInt64();
        Starts = reader.ReadInt64();
    }
}
