using Mesh.Contracts;
using Mesh.Rules.Yaml;

namespace Mesh.Nodes;

/// <summary>Reads <c>journal:</c>, how much of the journal stays and what happens when it is full.</summary>
internal static class RetentionReader
{
    private const long MiB = 1024 * 1024;

    /// <summary>Fewer segments than these leave no room to turn: one being written, the next, and two to free.</summary>
    private const int LeastSegments = 4;

    public static NodeSettings Read(NodeSettings settings, YamlFields fields, Diagnostics diagnostics)
    {
        if (fields.Fields("journal", "the journal's settings") is not { } journal)
        {
            return settings;
        }

        settings = settings with
        {
            SegmentBytes = journal.Bytes("segment", MiB, 1024 * MiB) ?? settings.SegmentBytes,
            KeepBytes = journal.Bytes("keep", MiB) ?? settings.KeepBytes,
            KeepFor = journal.Duration("keep_for", zero: false),
            MaxBytes = journal.Bytes("max", LeastSegments * MiB),
            WhenFull = ReadWhenFull(journal, diagnostics),
            Linger = journal.Duration("linger") ?? TimeSpan.Zero,
        };
        if (settings.MaxBytes < LeastSegments * settings.SegmentBytes)
        {
            var least = ByteSizes.Format(LeastSegments * settings.SegmentBytes);
            diagnostics.Error(
                journal.Get("max")!,
                $"'max' is less than {LeastSegments} segments; at least {least} is expected, or a smaller 'segment'"
            );
        }

        journal.Close();
        return settings;
    }

    private static WhenFull ReadWhenFull(YamlFields journal, Diagnostics diagnostics)
    {
        if (journal.Get("when_full") is not YamlMapping)
        {
            return journal.Choice("when_full", "refuse", "drop_oldest") == 1 ? WhenFull.DropOldest : WhenFull.Refuse;
        }

        var lanes = journal.Fields("when_full", "what happens to each lane when the journal is full")!;
        var drops = Lanes.All.Select(lane => lanes.Choice(Lanes.Name(lane), "refuse", "drop_oldest") == 1).ToList();
        lanes.Close();
        var most = drops.IndexOf(true);
        if (most < 0)
        {
            return WhenFull.Refuse;
        }

        if (drops.IndexOf(false, most) is var kept and >= 0)
        {
            diagnostics.Error(
                lanes.Get(Lanes.Name((Lane)most))!,
                $"'{Lanes.Name((Lane)most)}' would be dropped before '{Lanes.Name((Lane)kept)}', which are less urgent;"
                    + $" 'drop_oldest' for {Lanes.Name((Lane)kept)} too is expected, or 'refuse' for both"
            );
        }

        return new WhenFull((Lane)most);
    }
}
