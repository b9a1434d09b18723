namespace Mesh.Rules.Running;

/// <summary>What a rule has met; saved with its state.</summary>
internal struct RuleCounters
{
    public long Seen;
    public long Late;
    public long Unkeyed;
    public long IgnoredOlder;
    public long Outputs;
    public long Suppressed;
    public long KeysPurged;
    public long Forced;
    public long WindowDropped;
    public long PartialsDropped;

    public readonly void Save(StateWriter writer)
    {
        writer.Number(Seen);
        writer.Number(Late);
        writer.Number(Unkeyed);
        writer.Number(IgnoredOlder);
        writer.Number(Outputs);
        writer.Number(Suppressed);
        writer.Number(KeysPurged);
        writer.Number(Forced);
        writer.Number(WindowDropped);
        writer.Number(PartialsDropped);
    }

    public static RuleCounters Restore(StateReader reader) =>
        new()
        {
            Seen = reader.Number(),
            Late = reader.Number(),
            Unkeyed = reader.Number(),
            IgnoredOlder = reader.Number(),
            Outputs = reader.Number(),
            Suppressed = reader.Number(),
            KeysPurged = reader.Number(),
            Forced = reader.Number(),
            WindowDropped = reader.Number(),
            PartialsDropped = reader.Number(),
        };
}
